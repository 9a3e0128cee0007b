"""What is told and recorded of an attempt: how it is about to end, and how it ended."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

from watcher.check.judgement import Assessment
from watcher.container.last_output import last_lines
from watcher.container.startup import to_its_end
from watcher.container.successor import Contended, Moved
from watcher.host.context import Context
from watcher.model.errors import (
    Barred,
    Refused,
    RolledBack,
    TakenOver,
    Unknown,
    UnreadableSetting,
    WatcherError,
)
from watcher.model.quoting import escaped
from watcher.model.update_events import Attempt, AttemptKind, Change, Ending, ImageVersion
from watcher.update.change import change_of
from watcher.update.consent import NotNow, forget_release
from watcher.update.steps.replacement import Replacement
from watcher.update.steps.stages import Stages

_STOPPED = "stopped by a signal"

# Told how an update is about to end, before the request that nobody can tell it from afterwards: the reason,
# and the id of the successor that does not work, or nothing.
Expect = Callable[[Ending, str, str], Awaitable[None]]


class Account:
    """What is told and recorded of one attempt that has begun.

    Args:
        context: Where it is recorded.
        found: The update.
        parts: The replacements of its containers, first that of the container that is updated.

    Attributes:
        stages: What times and tells each stage of it.
    """

    def __init__(self, context: Context, found: Assessment, parts: Sequence[Replacement]) -> None:
        self.stages = Stages(context.events.publish)
        self._context = context
        self._found = found
        self._parts = parts
        self._began = time.monotonic()
        self._expected: Ending = "failed"
        self._output: tuple[str, ...] = ()

    async def expect(self, outcome: Ending, why: str, failed: str) -> None:
        """Note in the history how the attempt is about to end, in case this process is killed before it has.

        Args:
            outcome: How.
            why: What went wrong, or nothing.
            failed: The id of the container that does not work, whose output is kept; or nothing.
        """
        self._expected = outcome
        if outcome == "updated" and self._found.goes_back:
            await forget_release(self._context, self._found.name)
        self._output = await last_lines(self._context.engine, failed) if failed else ()
        await self._context.events.expect(self._attempt(outcome, why))

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Record how the attempt ended, unless it begins anew, waits, or another updater took it over."""
        try:
            yield
        except (Moved, Contended, TakenOver, NotNow):
            raise
        except WatcherError as error:
            # Once all successors have proved themselves none is undone, whatever is left to be removed.
            await self._ended("updated" if self._expected == "updated" else ending_of(error), str(error))
            raise
        except asyncio.CancelledError:
            await to_its_end(self._ended(self._expected, _STOPPED))
            raise
        await self._ended("updated", self._found.verdict.cause)

    async def _ended(self, outcome: Ending, why: str) -> None:
        await self._context.events.ended(self._attempt(outcome, why))

    def _attempt(self, outcome: Ending, why: str) -> Attempt:
        (first, *along), change = self._parts, change_of(self._found)
        return Attempt(
            at=now(),
            name=self._found.name,
            kind="rollback" if self._found.goes_back else self._context.kind,
            outcome=outcome,
            image=change.image,
            old=_old(change),
            new=_new(change),
            by=self._context.by,
            took_s=time.monotonic() - self._began,
            down_s=self.stages.down_s,
            stages=self.stages.took | self.stages.failed,
            along=tuple(part.name for part in along),
            why=escaped(why),
            link=change.link or None,
            output=self._output,
            containers=(first.inspected["Id"], first.new),
        )


def is_refusal(error: WatcherError) -> bool:
    """Whether an error says that an update was refused before it began.

    Of any other error nothing is to be recorded by this: no attempt had begun, or `Account` recorded its end.
    What cannot be told, or read, of a container counts as refused only in `ending_of`: of an attempt that had
    begun, and of a helper's errand, for whose end its updater waits.
    """
    return isinstance(error, Refused | Barred) and not isinstance(error, TakenOver)


async def record_refusal(
    context: Context, change: Change, error: WatcherError, kind: AttemptKind | None = None
) -> None:
    """Record that an update was refused; `kind` is what it is recorded as, unless that of the context."""
    await context.events.ended(untried(context, change, "refused", str(error), kind))


def untried(
    context: Context, change: Change, outcome: Ending, why: str, kind: AttemptKind | None = None
) -> Attempt:
    """An attempt in which this process did nothing: it was refused, or another process had begun it."""
    return Attempt(
        at=now(),
        name=change.container,
        kind=kind or context.kind,
        outcome=outcome,
        image=change.image,
        old=_old(change),
        new=_new(change),
        by=context.by,
        took_s=0.0,
        down_s=None,
        why=why,
        link=change.link or None,
    )


def _old(change: Change) -> ImageVersion:
    return ImageVersion(change.old, change.old_version or None)


def _new(change: Change) -> ImageVersion:
    return ImageVersion(change.new, change.new_version or None)


def ending_of(error: WatcherError) -> Ending:
    """The outcome of an attempt that ended with this error."""
    if isinstance(error, RolledBack):
        return "rolled back"
    return "refused" if isinstance(error, Refused | Unknown | UnreadableSetting | Barred) else "failed"


def now() -> str:
    """The present moment, as the history writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
