"""Containers that a person names, updated one after another in their order."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager

from attrs import evolve

from watcher.host.context import Context
from watcher.model.errors import Busy, EngineUnavailable, WatcherError, unexpected
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.recovery.unrecorded import record_unrecorded
from watcher.update import gates
from watcher.update.coordinator import Coordinator
from watcher.update.request import HeldBack, Outcome, Request
from watcher.update.sequencer import Turns, order_of

Result = Outcome | HeldBack | WatcherError


async def update(
    context: Context, texts: Iterable[str], request: Request, turns: Turns | None = None
) -> AsyncGenerator[tuple[str, Result], None]:
    """Update containers, each after its predecessors among them.

    Args:
        context: Where they are.
        texts: Names, ids or prefixes of ids; a text that means no container is an error of its own.
        request: What is wanted of each.
        turns: The turns of the daemon that updates them, which is given names; None for a command.

    Yields:
        What the person called it, and the outcome, what holds it back, or the error;
        nothing more once the engine cannot be reached.

    Raises:
        EngineUnavailable: The engine could not be reached from the beginning.
    """
    work = _Work(context, request, turns)
    if not request.dry_run:
        await context.notes.clear()
        await record_unrecorded(context)
        await gates.sweep(context)
    left = await work.order([*texts])
    while left:
        name, text = left.pop(0)
        try:
            result = await work.one(name, frozenset(other for other, _ in left))
        except EngineUnavailable as error:
            yield text, error
            return
        yield text, result


class _Work:
    """The updates of one command."""

    def __init__(self, context: Context, request: Request, others: Turns | None) -> None:
        self._context = context
        self._others = others
        self._request = request
        self._turns = Turns(lambda _: False)
        self._coordinator = Coordinator(context, self._turns)

    async def order(self, texts: list[str]) -> list[tuple[str, str]]:
        """The containers in the order of their updates: the name of each, and what the person called it."""
        rows: list[Json] = []
        if len(texts) > 1 or self._context.engine.endpoint.url:
            rows = await self._context.engine.containers(stopped=True)
            self._turns.order = await order_of(self._context, rows)
        named = [(_meant(text, rows), text) for text in texts]
        all_of_them = {name for name, _ in named}
        # A container that goes before another has strictly fewer before itself, whichever are counted.
        return sorted(named, key=lambda each: len(self._turns.order.before(each[0]) & all_of_them))

    async def one(self, name: str, later: frozenset[str]) -> Result:
        """Update one container; `later` are not restarted with it, for they have their own updates."""
        if why := self._turns.blocked_by(name):
            self._turns.held_back(name)
            return HeldBack(name, why, tuple(await self._coordinator.restart_spared(name)))
        async with self._turn(name):
            return await self._updated(name, later)

    async def _updated(self, name: str, later: frozenset[str]) -> Result:
        """Update a container whose turn it is, and see to what follows."""
        try:
            outcome = await self._coordinator.update(name, self._of(name, later))
        except EngineUnavailable:
            raise
        except WatcherError as error:
            return await self._failed(name, error)
        except Exception as error:  # noqa: BLE001 - an error of ours must not stop the others
            return await self._failed(name, unexpected(name, error))
        return await self._followed_up(name, outcome)

    def _of(self, name: str, later: frozenset[str]) -> Request:
        """What is wanted of one container."""
        pull = self._request.pull and name not in self._request.unpulled
        return evolve(self._request, pull=pull, spared=later)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        """A container's turn among those that the daemon updates; a plan needs none."""
        if self._others is None or self._request.dry_run:
            yield
            return
        async with self._others.turn(name):
            yield

    async def _failed(self, name: str, error: WatcherError) -> WatcherError:
        """See to what follows an update's error; the error of a plan only blocks other containers."""
        if self._request.dry_run:
            self._turns.failed_with(name, error, is_asked_for=True)
            return error
        is_rollback, is_anothers = self._request.back is not None, isinstance(error, Busy)
        doubts = await self._coordinator.failed(
            name, error, is_asked_for=True, is_rollback=is_rollback, may_come=is_anothers
        )
        return error.beside(doubts)

    async def _followed_up(self, name: str, outcome: Outcome) -> Outcome:
        """Restart a container that was spared for an update and had none; a failed job blocks others.

        The daemon asks the engine at each turn for what a container waits for (`conditions.unmet`), a job's
        end among it; what is named by hand waits for nothing else.
        """
        if outcome.is_job_undone:
            self._turns.failed(name)
            return outcome
        doubts = await self._coordinator.restart_spared(name)
        return evolve(outcome, warnings=(*outcome.warnings, *doubts))


def _meant(text: str, rows: Iterable[Json]) -> str:
    """The name of the one container that a text means; where none or several fit, the text itself."""
    plain = text.removeprefix("/")
    names = {name_of(row): row["Id"] for row in rows}
    fitting = [name for name, cid in names.items() if cid.startswith(plain)]
    return fitting[0] if plain not in names and len(fitting) == 1 else plain
