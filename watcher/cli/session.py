"""One command on one engine: opened, signals obeyed, closed.

What not every command needs is imported when a command first asks for it.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from watcher.check.own_labels import OwnLabels
from watcher.config.settings import DaemonSettings, Policy, refuse_unknown_variables, state_folder
from watcher.config.time_zone import refuse_unknown_zone
from watcher.engine.client import Engine
from watcher.engine.endpoint import find
from watcher.host.context import Context
from watcher.model.errors import Stopped
from watcher.store.state import Memory

if TYPE_CHECKING:
    from watcher.host.images import Registries
    from watcher.host.notes import Notes
    from watcher.host.publisher import Publisher

Command = Callable[[Context], Awaitable[int]]

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def run(command: Command, *, waits: bool = False, negotiates: bool = True) -> int:
    """Run a command on the engine that the environment names, and return its exit code.

    Args:
        command: What to run.
        waits: Whether it goes on for ever, and waits for an engine that is not there.
        negotiates: Whether the engine is asked for its version first, which else the command does itself.

    Raises:
        WatcherError: The command's error.
        Stopped: SIGINT, SIGTERM or the end of its terminal came, and all has come to its safe end.
    """
    opened = _opened(command, negotiates=negotiates and not waits)
    return asyncio.run(_until_stopped(opened, _stopping(hangs_up=not waits)))


async def _opened(command: Command, *, negotiates: bool) -> int:
    refuse_unknown_variables()
    refuse_unknown_zone()
    defaults, state = Policy.of_environment(), state_folder()
    settings = DaemonSettings.of_environment()
    defaults = evolve(defaults, enable=settings.watch == "all")
    opened = OwnLabels(find(), counts=settings.image_labels)
    memory = Memory(state, opened.identity)
    opened.recall, opened.keep = memory.image, memory.keep_image
    async with opened as engine, AsyncExitStack() as later:
        if negotiates:
            await engine.negotiate()
        registries, notes, events = _registries(engine, later), _notes(state, opened), _events(memory, later)
        known = (engine, memory, defaults, registries, notes, events)
        return await command(Context(*known, grace=settings.schedule_grace, freeze=settings.freeze))


def _registries(engine: Engine, closing: AsyncExitStack) -> Callable[[], "Registries"]:
    @cache
    def opened() -> "Registries":
        from watcher.host.images import Registries
        from watcher.registry.credentials import Credentials

        registries = Registries(engine, Credentials())
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


def _stopping(*, hangs_up: bool) -> tuple[signal.Signals, ...]:
    """The signals that end a command: for one that does not go on for ever, its terminal's end too.

    `nohup` has that ignored, and so it stays.
    """
    is_heard = hangs_up and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (*_STOPPING, signal.SIGHUP) if is_heard else _STOPPING


async def _until_stopped(work: Awaitable[int], stopping: Iterable[signal.Signals]) -> int:
    """Cancel the work at a signal, and wait until it has come to its safe end.

    asyncio's own way with SIGINT would cut that end short at the second Ctrl-C.
    """
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    for number in stopping:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError as error:
        if received:
            first = received[0]
            number = signal.SIGTERM if first is signal.SIGHUP else first
            raise Stopped(number, first.name) from error
        raise
