"""Opens the engines that the environment names, one as a rule, and what is kept of them.

What not every command needs is imported when a command first asks for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from watcher.check.own_labels import OwnLabels
from watcher.config.engines import SOLE
from watcher.config.gates import Gates
from watcher.config.policy import Policy
from watcher.config.setting import variable
from watcher.config.settings import DaemonSettings, state_folder
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint, find, find_chosen
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.model.errors import EngineError, Refused
from watcher.store.state import Memory

if TYPE_CHECKING:
    from watcher.host.images import Registries
    from watcher.host.notes import Notes
    from watcher.host.publisher import Publisher
    from watcher.registry.answers import SharedAnswers


@asynccontextmanager
async def opened(*, negotiates: bool) -> AsyncIterator[Fleet]:
    """Open them, and close them afterwards.

    Args:
        negotiates: Whether each engine is asked for its version; of several, some may be away.

    Raises:
        WatcherError: A setting cannot be read, an address cannot be used, or no engine can be asked.
    """
    settings = DaemonSettings.of_environment()
    defaults = evolve(Policy.of_environment(), enable=settings.watch == "all")
    endpoints = _endpoints(settings)
    gates = _gates(settings.gates_file, endpoints.values())
    gates.refuse_unknown(defaults.gate, variable("gate"))
    async with AsyncExitStack() as later:
        asked = _asked(shares=len(settings.engines) > 1)
        contexts = [
            await _context(name, endpoint, (defaults, settings), asked, later)
            for name, endpoint in endpoints.items()
        ]
        if len(contexts) > 1:
            contexts = [evolve(each, prefix=f"{each.engine_name}/") for each in contexts]
        contexts = [evolve(each, gates=gates) for each in contexts]
        yield Fleet(tuple(contexts), await _away(contexts) if negotiates else {})


def _gates(path: str, endpoints: Iterable[Endpoint]) -> Gates:
    """The gates that a file defines; none where none is named."""
    if not path:
        return Gates()
    from watcher.config import gates_file

    return gates_file.read(path, [each.socket for each in endpoints if each.socket])


def _endpoints(settings: DaemonSettings) -> dict[str, Endpoint]:
    """Where the engines listen, by what people call them."""
    if not settings.engines:
        return {SOLE: find()}
    found = {each.name: find_chosen(each) for each in settings.engines}
    for (one, first), (other, second) in combinations(found.items(), 2):
        if first.shown == second.shown:
            raise Refused(
                f"CTR_UPDATER_ENGINES: {one} and {other} are both {first.shown}", advice="leave one out"
            )
    return found


async def _context(
    name: str,
    endpoint: Endpoint,
    chosen: tuple[Policy, DaemonSettings],
    asked: Callable[[], "SharedAnswers"],
    later: AsyncExitStack,
) -> Context:
    """Open an engine, and what is kept of it; all is closed by `later`."""
    (defaults, settings), state = chosen, state_folder()
    opened = _labelled(endpoint, settings)
    memory = Memory(state, opened.identity)
    opened.recall, opened.keep = memory.image, memory.keep_image
    engine = await later.enter_async_context(opened)
    registries, notes = _registries(engine, asked, later), _notes(state, opened)
    known = (engine, memory, defaults, registries, notes, _events(memory, later))
    context = Context(
        *known, grace=settings.schedule_grace, freeze=settings.freeze, hooks=settings.hooks, engine_name=name
    )
    return evolve(context, watchtower=settings.watchtower)


def _labelled(endpoint: Endpoint, settings: DaemonSettings) -> OwnLabels:
    """The engine, whose containers bear the labels that count."""
    if not settings.watchtower:
        return OwnLabels(endpoint, counts=settings.image_labels)
    from watcher.check.watchtower_labels import WatchtowerLabels

    return WatchtowerLabels(endpoint, counts=settings.image_labels)


async def _away(contexts: Sequence[Context]) -> dict[str, EngineError]:
    """Ask each engine for its version; the errors of those that cannot be asked, where there are others.

    Raises:
        EngineError: No engine can be asked.
    """
    answers = await asyncio.gather(*(each.engine.negotiate() for each in contexts), return_exceptions=True)
    away = dict[str, EngineError]()
    for context, answer in zip(contexts, answers, strict=True):
        if isinstance(answer, EngineError):
            away[context.engine_name] = answer
        elif isinstance(answer, BaseException):
            raise answer
    if len(away) == len(contexts):
        raise away[contexts[0].engine_name]
    return away


def _asked(*, shares: bool) -> Callable[[], "SharedAnswers"]:
    """What the engines share of the registries, imported once one of them asks a registry."""

    @cache
    def made() -> "SharedAnswers":
        from watcher.registry.answers import SharedAnswers

        return SharedAnswers(shares=shares)

    return made


def _registries(
    engine: Engine, asked: Callable[[], "SharedAnswers"], closing: AsyncExitStack
) -> Callable[[], "Registries"]:
    @cache
    def opened() -> "Registries":
        from watcher.host.images import Registries
        from watcher.registry.credentials import Credentials

        registries = Registries(engine, Credentials(), asked())
        closing.push_async_exit(registries)
        return registries

    return opened


def _notes(state: Path, engine: Engine) -> Callable[[], "Notes"]:
    @cache
    def made() -> "Notes":
        from watcher.host.notes import Notes

        return Notes(state, engine.identity)

    return made


def _events(memory: Memory, closing: AsyncExitStack) -> Callable[[], "Publisher"]:
    @cache
    def made() -> "Publisher":
        from watcher.host.publisher import Publisher

        closing.push_async_exit(publisher := Publisher())
        publisher.record_with("history", memory.history)
        return publisher

    return made
