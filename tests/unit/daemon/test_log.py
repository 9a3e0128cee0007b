"""How a line looks, and that each is documented."""

import json
import re
import sys
from pathlib import Path

import pytest
import structlog

from watcher.daemon import log
from watcher.daemon.log_lines import JUDGED, NOT_UPDATED

ROOT = Path(__file__).parents[3]
DEBUG = {"pulls put off"}
Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("style", ["auto", "json"])
def test_elsewhere_than_on_a_terminal_a_line_is_a_json_object(capsys: Captured, style: str) -> None:
    log.configure("info", style)

    structlog.get_logger().info("container updated", container="web", took_s=1.5)

    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "container updated", "level": "info", "container": "web", "took_s": 1.5}


def test_a_value_with_line_ends_stays_on_its_line(capsys: Captured) -> None:
    log.configure("info", "json")

    structlog.get_logger().info("container not updated", why="one\ntwo\x1b[31m")

    assert capsys.readouterr().err.count("\n") == 1


def test_console_has_no_colours_elsewhere_than_on_a_terminal(capsys: Captured) -> None:
    log.configure("info", "console")

    structlog.get_logger().info("container updated", container="web")

    line = capsys.readouterr().err
    assert ("container=web" in line, "\x1b" in line) == (True, False)


def test_what_strangers_wrote_is_escaped_on_a_console(capsys: Captured) -> None:
    log.configure("info", "console")

    structlog.get_logger().info("said", why="one\ntwo\x1b[31m\u202e", plan=["a\rb", "c"], took_s=1.5)

    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert all(part in line for part in (r"one\ntwo\x1b[31m\u202e", r"['a\rb', 'c']", "took_s=1.5"))


def test_a_traceback_keeps_its_lines_on_a_console(capsys: Captured) -> None:
    log.configure("info", "console")

    try:
        int("x")
    except ValueError:
        structlog.get_logger().exception("said")

    assert capsys.readouterr().err.count("\n") > 2


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_a_terminal_that_wants_no_colours_gets_none(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log.configure("info", "auto")

    structlog.get_logger().info("said", container="web")

    assert ("\x1b" in capsys.readouterr().err) is coloured


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_a_level_keeps_lesser_lines_away(capsys: Captured, level: str, count: int) -> None:
    log.configure(level, "json")

    logger = structlog.get_logger()
    for method in (logger.debug, logger.info, logger.warning, logger.error):
        method("said")

    assert capsys.readouterr().err.count("\n") == count


def test_the_documentation_names_every_event() -> None:
    told = (ROOT / "docs/daemon.md").read_text()
    source = "".join(path.read_text() for path in (ROOT / "watcher").rglob("*.py"))
    events = [*re.findall(r'_log\.[a-z]+\(\s*"([^"]+)"', source), *JUDGED.values(), *NOT_UPDATED.values()]

    assert len(events) > 8
    assert {event for event in events if f"`{event}`" not in told} - DEBUG == set()
