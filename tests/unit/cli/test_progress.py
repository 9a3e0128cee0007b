"""A pull on a terminal moves on one line, which is erased; elsewhere there is one plain line."""

import asyncio
import contextlib
import io
import time
from typing import Any

import pytest

from watcher.cli import progress as module
from watcher.cli.progress import PullProgress, Waiting
from watcher.update.plan import Action
from watcher.update.stages import stage_of


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


LINES: list[dict[str, Any]] = [
    {"id": "1", "status": "Pulling from library/app"},
    {"id": "aaa", "status": "Pulling fs layer", "progressDetail": {}},
    {"id": "bbb", "status": "Already exists", "progressDetail": {}},
    {"id": "aaa", "status": "Downloading", "progressDetail": {"current": 1_500_000, "total": 4_000_000}},
]


def shown(*lines: dict[str, Any]) -> str:
    progress = PullProgress("app:1", io.StringIO())
    for line in lines:
        progress(line)
    return str(progress)


def test_layers_and_bytes_are_counted() -> None:
    assert shown(*LINES) == "pulling app:1: 1 of 2 layers, 1.5 of 4.0 MB"


def test_before_a_size_is_known_there_are_layers_alone() -> None:
    assert shown(*LINES[:3]) == "pulling app:1: 1 of 2 layers"


@pytest.mark.parametrize("status", ["Verifying Checksum", "Download complete", "Extracting", "Pull complete"])
def test_a_layer_that_is_fetched_counts_with_all_its_bytes(status: str) -> None:
    """The bytes of extraction are not those of the download."""
    after = {"id": "aaa", "status": status, "progressDetail": {"current": 5, "total": 10}}

    assert "4.0 of 4.0 MB" in shown(*LINES, after)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ({"current": 1_000_000, "total": 4_000_000}, "4.0 of 4.0 MB, unpacking 1.0 of 4.0 MB"),
        ({"current": 2, "units": "s"}, "4.0 of 4.0 MB, unpacking"),
        ({}, "4.0 of 4.0 MB, unpacking"),
    ],
)
def test_a_layer_that_is_unpacked_is_said_to_be(detail: dict[str, Any], said: str) -> None:
    unpacking = {"id": "aaa", "status": "Extracting", "progressDetail": detail}

    assert shown(*LINES, unpacking).endswith(said)
    assert "unpacking" not in shown(*LINES, unpacking, {"id": "aaa", "status": "Pull complete"})


def test_a_layer_is_done_when_it_is_unpacked() -> None:
    assert "1 of 2 layers" in shown(*LINES, {"id": "aaa", "status": "Download complete"})
    assert "2 of 2 layers" in shown(*LINES, {"id": "aaa", "status": "Pull complete"})


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"status": "Digest: sha256:aaa"},
        {"id": "1", "status": "Pulling from library/app"},
        {"stream": "x"},
    ],
)
def test_a_line_that_is_of_no_layer_counts_nothing(line: dict[str, Any]) -> None:
    assert shown(line) == "pulling app:1: 0 of 0 layers"


def test_off_a_terminal_there_is_one_line_whatever_comes() -> None:
    out = io.StringIO()

    with PullProgress("app:1", out) as progress:
        for line in LINES:
            progress(line)

    assert out.getvalue() == "pulling app:1\n"


def test_on_a_terminal_the_line_is_drawn_over_and_erased() -> None:
    out = Terminal()

    with PullProgress("app:1", out) as progress:
        for line in LINES[:2]:
            progress(line)

    assert out.getvalue() == "\r\x1b[Kpulling app:1: 0 of 1 layers\r\x1b[K"


def test_on_a_terminal_nothing_is_drawn_before_there_is_a_layer() -> None:
    out = Terminal()

    with PullProgress("app:1", out) as progress:
        progress({})

    assert "pulling" not in out.getvalue()


def test_on_a_terminal_a_line_does_not_wrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on the line above could not be erased."""
    monkeypatch.setenv("COLUMNS", "20")
    out = Terminal()

    with PullProgress("registry.example/a/long/path:1", out) as progress:
        progress(LINES[1])

    assert out.getvalue() == "\r\x1b[Kpulling : 0 of 1 la\r\x1b[K"


def test_on_a_terminal_a_long_name_gives_way_to_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()

    with PullProgress("registry.example/a/very/long/path/app:1", out) as progress:
        progress(LINES[3])

    _, drawn, _ = out.getvalue().split("\r\x1b[K")
    assert drawn == "pulling …very/long/path/app:1: 0 of 1 layers, 1.5 of 4.0 MB"
    assert len(drawn) <= 59


def test_on_a_terminal_a_pull_that_fails_leaves_no_half_line() -> None:
    out = Terminal()

    with contextlib.suppress(RuntimeError), PullProgress("app:1", out) as progress:
        progress(LINES[1])
        raise RuntimeError

    assert out.getvalue().endswith("\r\x1b[K")


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

    async with Waiting(out) as waiting:
        waiting(stage_of("web", Action.PROVE, 10))
        clock[0] += 7
        while "7 of" not in out.getvalue():
            out.news.clear()
            await out.news.wait()

    drawn = out.getvalue().split("\r\x1b[K")
    assert drawn[1] == "web: proving, 0 of 10 s"
    assert drawn[-2:] == ["web: proving, 7 of 10 s", ""]


async def test_between_two_updates_the_line_is_another_ones() -> None:
    out = Terminal()

    async with Waiting(out) as waiting:
        waiting(stage_of("web", Action.CREATE))
        waiting.clear()
        waiting.clear()

    assert out.getvalue() == "\r\x1b[Kweb: creating its successor, 0 s\r\x1b[K"


async def test_off_a_terminal_nothing_is_said_of_stages() -> None:
    out = io.StringIO()

    async with Waiting(out) as waiting:
        waiting(stage_of("web", Action.PROVE, 10))

    assert out.getvalue() == ""


def test_every_step_is_a_stage() -> None:
    assert {stage_of("web", action).name for action in Action if action is not Action.PULL} == {"web"}
