"""What a person sees of what is waited for: one moving line on a terminal, plain lines elsewhere."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self, TextIO

from watcher.cli.output import complain
from watcher.config.terminal import columns, draw, moves
from watcher.host.publisher import Publisher
from watcher.model.events import Event
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed
from watcher.model.update_events import OtherUpdaterAwaited, StageBegan, StageEnded

_TICK_S = 0.5
_LAST_S = 2.0
_MEGABYTE = 1_000_000
_SETTLE = "settle"

Clear = Callable[[], Awaitable[None]]


class PullLine:
    """Shows pulls; called with each event.

    Args:
        out: Where to write; a terminal gets layers and bytes on one line that is drawn again.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._moving = moves(out)

    def __call__(self, event: Event) -> None:
        """Show what an event says of a pull; other events show nothing."""
        match event:
            case PullBegan(image) if not self._moving:
                print(f"pulling {image}", file=self._out, flush=True)
            case PullProgressed(image, waits) if waits:
                end = "" if self._moving else "\n"
                print(f"pulling {image}: waiting for {waits}", end=end, file=self._out, flush=True)
            case PullProgressed() if self._moving:
                draw(_line(event, columns()), self._out)
            case PullEnded() if self._moving:
                draw("", self._out)


def pulling(event: PullProgressed) -> str:
    """How far a pull is, for people."""
    return f"pulling {event.image}: {_numbers(event)}"


def _line(event: PullProgressed, width: int) -> str:
    """The same within a width: of a long name the end is shown, for the numbers are what moves."""
    room = width - len(f"pulling : {_numbers(event)}")
    if len(event.image) <= room:
        return pulling(event)
    name = f"…{event.image[len(event.image) - room + 1 :]}" if room > 1 else ""
    return f"pulling {name}: {_numbers(event)}"


def _numbers(event: PullProgressed) -> str:
    size = f", {_of(event.bytes, event.bytes_total)}" if event.bytes_total else ""
    unpacking = ", unpacking" if event.unpacking else ""
    if event.unpacking and event.unpacked_total:
        unpacking += f" {_of(event.unpacked, event.unpacked_total)}"
    return f"{event.layers_done} of {event.layers} layers{size}{unpacking}"


def _of(part: int, total: int) -> str:
    return f"{part / _MEGABYTE:.1f} of {total / _MEGABYTE:.1f} MB"


class StageLine:
    """Shows the stages of updates; called with each event, and an asynchronous context manager around them.

    Args:
        out: Where to write; a terminal gets the stage and its seconds on one line, others get nothing.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._moving = moves(out)
        self._stage: StageBegan | None = None
        self._since = 0.0

    async def __aenter__(self) -> Self:
        self._ticking = asyncio.ensure_future(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking
        self.clear()

    def __call__(self, event: Event) -> None:
        """Show the stage that begins; none after a settlement, or while another updater is awaited."""
        match event:
            case StageBegan():
                self._stage, self._since = event, time.monotonic()
                self._draw()
            case StageEnded() if event.stage == _SETTLE:
                self.clear()
            case OtherUpdaterAwaited():
                self.clear()

    def clear(self) -> None:
        """Erase the line: what comes next is another one's."""
        if self._moving and self._stage:
            draw("", self._out)
        self._stage = None

    def _draw(self) -> None:
        if self._moving and self._stage:
            draw(after(self._stage, time.monotonic() - self._since), self._out)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._draw()


def after(stage: StageBegan, seconds: float) -> str:
    """A stage for people, so many seconds after it began: `web: proving, 7 of 10 s`."""
    said = f"{stage.container}: {stage.doing}"
    if stage.limit_s is None:
        return f"{said}, {seconds:.0f} s"
    return f"{said}, {min(seconds, stage.limit_s):.0f} of {stage.limit_s:.0f} s"


@contextlib.asynccontextmanager
async def shown(events: Publisher, out: TextIO) -> AsyncIterator[Clear]:
    """Show what goes on meanwhile; gives what waits until all of it is shown, and erases the line.

    Args:
        events: Where it is told.
        out: Where to write.
    """
    pulls = PullLine(out)
    async with StageLine(out) as stages:

        def take(event: Event) -> None:
            pulls(event)
            stages(event)
            if isinstance(event, OtherUpdaterAwaited):
                _say_awaited(event)

        subscription = events.subscribe("progress line", take)

        async def clear() -> None:
            await subscription.taken(_LAST_S)
            stages.clear()

        try:
            yield clear
        finally:
            await clear()


def _say_awaited(event: OtherUpdaterAwaited) -> None:
    complain(
        f"{event.container}: another updater is at work on it, or was cut short: it is waited for, "
        f"and taken over after {math.ceil(event.seconds)} s without a sign of life"
    )
