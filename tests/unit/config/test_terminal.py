"""NO_COLOR and TERM=dumb are obeyed wherever there are colours, or lines that are drawn again."""

import io

import pytest
import structlog

from watcher.cli.progress import PullLine
from watcher.config.terminal import colours, moves
from watcher.daemon import log
from watcher.model.registry_events import PullBegan, PullEnded, PullProgressed


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "answers"),
    [
        ({}, (True, True)),
        ({"TERM": "xterm"}, (True, True)),
        ({"TERM": "dumb"}, (False, False)),
        ({"NO_COLOR": "1"}, (True, False)),
        ({"NO_COLOR": "0"}, (True, False)),
        ({"NO_COLOR": ""}, (True, True)),
    ],
)
def test_a_terminal_is_written_to_as_the_environment_asks(
    environ: dict[str, str], answers: tuple[bool, bool]
) -> None:
    assert (moves(Terminal(), environ), colours(Terminal(), environ)) == answers


def test_what_is_no_terminal_gets_plain_text() -> None:
    assert (moves(io.StringIO(), {}), colours(io.StringIO(), {})) == (False, False)


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_the_log_has_no_colours_then(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    log.configure("info", "auto")

    structlog.get_logger().info("container updated", container="web")
    structlog.reset_defaults()

    assert "container updated" in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()


def test_a_pull_on_a_dumb_terminal_is_a_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()

    shows = PullLine(terminal)
    for event in (PullBegan("app:1"), PullProgressed("app:1", layers=1, bytes=1, bytes_total=2)):
        shows(event)
    shows(PullEnded("app:1", 1.0))

    assert terminal.getvalue() == "pulling app:1\n"
