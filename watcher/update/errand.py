"""The helper's side: the ordinary update of the updater's own container, or of its way to the engine.

How the update ended, and whether the image is to blame, are lines of the log (`report`), for the updater that
reads them may share no directory with the helper. The helper ends with 0 where nothing is left to be done,
whether the container was updated or not; with any other code the engine starts it again, and it goes on from
the names.
"""

import contextlib
import sys
from collections.abc import Callable
from typing import TextIO

from attrs import evolve

from watcher.config.settings import state_folder
from watcher.host.context import Context
from watcher.model.errors import Busy, EngineError, NotFound, WatcherError
from watcher.model.inspection import Container
from watcher.model.update_events import Attempt, By
from watcher.model.values import frozen
from watcher.recovery.unrecorded import record_unrecorded
from watcher.store.heartbeat import unwritable, what_is_wrong
from watcher.store.history import History
from watcher.update.account import ending_of, untried
from watcher.update.change import change_now
from watcher.update.coordinator import Coordinator
from watcher.update.own.report import begun, blamed, written
from watcher.update.request import Request
from watcher.update.sequencer import Turns


class Reporter:
    """A recorder of attempts that writes each into the log; what is about to end is noted in the history.

    Args:
        history: Where the end that is about to come is noted.
        log: Where the lines go.
    """

    def __init__(self, history: History, log: TextIO = sys.stdout) -> None:
        self.has_told = False
        self._history = history
        self._log = log

    async def expect(self, attempt: Attempt) -> None:
        """Note in the history how the attempt is about to end."""
        await self._history.expect(attempt)

    async def record(self, attempt: Attempt) -> None:
        """Write into the log how the attempt ended."""
        self.has_told = True
        self.say(written(attempt))

    def say(self, line: str) -> None:
        """Write one line into the log at once."""
        self._log.write(f"{line}\n")
        self._log.flush()


@frozen
class Orders:
    """What a helper is to do, as its updater tells it.

    Attributes:
        name: The container's.
        home: Whose state directory this must be; empty where there is none to be shared.
        by: Who asked for it.
        engine: What people call its engine; empty where there is one only.
        itself: Whether the container is the updater's own.
        again: Also an image that failed before.
        target: The id of the image that was judged.
        unattended: Nobody asked for it by hand.
        cautious: As in `Request`.
        beats: Whether the container's daemon tells in that state directory that it follows the engine.
    """

    name: str
    home: str
    by: By
    engine: str
    itself: bool
    again: bool
    target: str
    unattended: bool
    cautious: bool
    beats: bool = False

    @property
    def request(self) -> Request:
        """The update that the helper is to carry out: to the judged image, on the terms of that judgement."""
        return Request(
            again=self.again, unattended=self.unattended, cautious=self.cautious, target=self.target
        )


async def run(context: Context, orders: Orders) -> int:
    """Update the container on the updater's behalf, for the update stops the updater.

    Raises:
        EngineError: Something is left to be done, or this helper cannot do it.
        Busy: Another updater is at work.
    """
    reporter = Reporter(context.memory.history)
    context = evolve(context, by=orders.by, kind="self-update" if orders.itself else "update")
    context = evolve(context, lacks=_lacks(orders))
    context.events.record_with("history", reporter)
    await _prove(context, orders.name, orders.home)
    reporter.say(begun())  # a pull, a gate or another updater may take long now
    await record_unrecorded(context)
    try:
        await Coordinator(context, Turns(lambda _: False)).update(orders.name, orders.request)
    except (EngineError, Busy):
        raise
    except WatcherError as error:
        if not reporter.has_told:
            change = await change_now(context.engine, orders.name)
            await context.events.ended(untried(context, change, ending_of(error), str(error)))
        if await _is_blamed(context, orders):
            reporter.say(blamed())
    return 0


async def _is_blamed(context: Context, orders: Orders) -> bool:
    """Whether the image is remembered as failed; it is not to blame for what others do meanwhile."""
    with contextlib.suppress(NotFound):
        container = await context.engine.container(orders.name)
        failure = await context.memory.failure(container["Id"], orders.name)
        return failure is not None and failure.image == orders.target
    return False


async def _prove(context: Context, name: str, home: str) -> None:
    """See that the helper is connected to the updater's engine and has its state directory.

    Raises:
        EngineError: It is not.
    """
    own = await context.own.find(context.engine)
    if own and name == Container(await context.engine.container(own)).name:
        raise EngineError("this helper takes itself for the container that it is to update")
    if not home:
        return
    if why := unwritable(state_folder()):
        raise EngineError(f"the updater's state directory cannot be written here: {why}")
    if context.memory.claims.home != home:
        raise EngineError(f"{state_folder()} is not the state directory of the updater")


def _lacks(orders: Orders) -> tuple[Callable[[], str], ...]:
    """The checks of what the updater's successor lacks, for its proof.

    An updater that gives no sign of life elsewhere has a check, too, by which nothing is lacking.
    """
    if orders.beats:
        return (_sign_of_life,)
    return (lambda: "",) if orders.itself else ()


def _sign_of_life() -> str:
    """Why the successor gives no sign of life in the state directory, as a clause; empty where it does."""
    missing, _, _ = what_is_wrong(state_folder()).partition(" - ")
    return f"it does not follow its engine: {missing}" if missing else ""
