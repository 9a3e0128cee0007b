"""A pull on a terminal moves on one line, which is erased; elsewhere there is one plain line."""

import asyncio
import io
import time

import pytest

from watcher.cli import progress as module
from watcher.cli.progress import PullLine, StageLine, shown
from watcher.host.publisher import Publisher
from watcher.model.events import Event
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed
from watcher.model.update_events import Change, OtherUpdaterAwaited, StageBegan, StageEnded
from watcher.update.steps.plan import Action
from watcher.update.steps.stages import SETTLE, stage_called, stage_of_step


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


BEGAN, ENDED = PullBegan("app:1"), PullEnded("app:1", 1.0)
ONE_LAYER = PullProgressed("app:1", layers=1)
NUMBERS = PullProgressed("app:1", layers=2, layers_done=1, bytes=1_500_000, bytes_total=4_000_000)


def pull(out: io.StringIO, *events: Event) -> str:
    """What is written of a pull."""
    line = PullLine(out)
    for event in events:
        line(event)
    return out.getvalue()


def test_off_a_terminal_there_is_one_line_whatever_comes() -> None:
    assert pull(io.StringIO(), BEGAN, ONE_LAYER, NUMBERS, ENDED) == "pulling app:1\n"


def test_off_a_terminal_what_is_waited_for_has_a_line_of_its_own() -> None:
    told = pull(io.StringIO(), BEGAN, PullProgressed("app:1", waits="registry.example to answer"), ENDED)

    assert told.splitlines() == ["pulling app:1", "pulling app:1: waiting for registry.example to answer"]


def test_on_a_terminal_the_line_is_drawn_over_and_erased() -> None:
    assert pull(Terminal(), BEGAN, ONE_LAYER, ENDED) == "\r\x1b[Kpulling app:1: 0 of 1 layers\r\x1b[K"


def test_on_a_terminal_nothing_is_drawn_before_there_is_a_layer() -> None:
    assert "pulling" not in pull(Terminal(), BEGAN)


def test_on_a_terminal_a_line_does_not_wrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on the line above could not be erased."""
    monkeypatch.setenv("COLUMNS", "20")
    name = "registry.example/a/long/path:1"

    told = pull(Terminal(), PullBegan(name), PullProgressed(name, layers=1), PullEnded(name, 1.0))

    assert told == "\r\x1b[Kpulling : 0 of 1 la\r\x1b[K"


def test_on_a_terminal_a_long_name_gives_way_to_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "registry.example/a/very/long/path/app:1"
    progressed = PullProgressed(name, layers=1, bytes=1_500_000, bytes_total=4_000_000)

    _, drawn, _ = pull(Terminal(), progressed, PullEnded(name, 1.0)).split("\r\x1b[K")

    assert drawn == "pulling …very/long/path/app:1: 0 of 1 layers, 1.5 of 4.0 MB"
    assert len(drawn) <= 59


def test_on_a_terminal_a_pull_that_fails_leaves_no_half_line() -> None:
    assert pull(Terminal(), BEGAN, ONE_LAYER, PullEnded("app:1", 1.0, "no such tag")).endswith("\r\x1b[K")


class Watched(Terminal):
    """A terminal that says when it was written to."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def write(self, text: str) -> int:
        self.news.set()
        return super().write(text)


async def test_on_a_terminal_a_stage_counts_its_seconds_and_is_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_TICK_S", 0)
    out, clock = Watched(), [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    async with StageLine(out) as line:
        line(stage_of_step("web", "web", Action.PROVE, 10))
        clock[0] += 7
        while "7 of" not in out.getvalue():
            out.news.clear()
            await out.news.wait()

    drawn = out.getvalue().split("\r\x1b[K")
    assert drawn[1] == "web: proving, 0 of 10 s"
    assert drawn[-2:] == ["web: proving, 7 of 10 s", ""]


async def test_between_two_updates_the_line_is_another_ones() -> None:
    out = Terminal()

    async with StageLine(out) as line:
        line(stage_of_step("web", "web", Action.CREATE))
        line.clear()
        line.clear()

    assert out.getvalue() == "\r\x1b[Kweb: creating its successor, 0 s\r\x1b[K"


async def test_off_a_terminal_nothing_is_said_of_stages() -> None:
    out = io.StringIO()

    async with StageLine(out) as line:
        line(stage_of_step("web", "web", Action.PROVE, 10))

    assert out.getvalue() == ""


async def test_a_settlement_leaves_no_stage_behind() -> None:
    out = Terminal()

    async with StageLine(out) as line:
        line(stage_called("web", SETTLE))
        line(StageEnded("web", "web", SETTLE, 1.0))
        assert out.getvalue().endswith("\r\x1b[K")


async def test_what_is_printed_next_comes_after_all_that_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    out = Terminal()

    async with Publisher() as events, shown(events, out) as clear:
        events.publish(BEGAN)
        events.publish(ONE_LAYER)
        events.publish(ENDED)
        events.publish(StageBegan("web", "web", "stop", "stopping"))
        events.publish(OtherUpdaterAwaited(Change("web"), "app\x1b[2J", 14.2))
        await clear()
        drawn = out.getvalue()

    assert drawn == "\r\x1b[Kpulling app:1: 0 of 1 layers\r\x1b[K\r\x1b[Kweb: stopping, 0 s\r\x1b[K"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("app\\x1b[2J: another updater is at work on it, or was cut short")
    assert line.endswith("taken over after 15 s without a sign of life")
