"""The line that each event has in the daemon's log: its name, its level and its keys, to the letter."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from watcher.daemon import log, log_lines
from watcher.daemon.log_lines import say
from watcher.model import events, message_events, registry_events, update_events
from watcher.model.events import Event
from watcher.model.update_events import Change

OLD, NEW = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
CHANGE = Change("web", "app:1", OLD, NEW, "sha256:3")
ABOUT = {"container": "web", "image": "app:1", "old": "1" * 12, "new": "2" * 12, "digest": "sha256:3"}
WHY = {"why": "no"}

Say = Callable[[Event], dict[str, Any]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """The line that an event has, without its time; nothing where it has none."""

    def saying(event: Event) -> dict[str, Any]:
        log.configure("debug", "json")
        monkeypatch.setattr(log_lines, "_log", structlog.get_logger())
        say(event)
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) <= 1
        line: dict[str, Any] = json.loads(lines[0]) if lines else {}
        line.pop("timestamp", None)
        return line

    return saying


LINES: list[tuple[Event, dict[str, Any]]] = [
    (
        events.DaemonStarted("1.0", 60.0, "UTC +0000", "/state", 3),
        {
            "event": "daemon started",
            "level": "info",
            "version": "1.0",
            "interval_s": 60.0,
            "time_zone": "UTC +0000",
            "state_dir": "/state",
            "containers": 3,
        },
    ),
    (events.DaemonStopped(), {"event": "stopped; nothing is half done", "level": "info"}),
    (
        events.EngineFollowed("unix:///engine", "1.48"),
        {"event": "engine followed", "level": "info", "endpoint": "unix:///engine", "api": "1.48"},
    ),
    (events.EngineGone("refused"), {"event": "engine gone", "level": "warning", "why": "refused"}),
    (events.GatesRead(("a", "b")), {"event": "gates read again", "level": "info", "gates": "a, b"}),
    (events.GatesNotRead("x"), {"event": "gates not read again", "level": "warning", "why": "x"}),
    (
        events.NothingKept("read-only", "much"),
        {"event": "nothing can be remembered", "level": "warning", "why": "read-only", "lost": "much"},
    ),
    (events.SwarmUnfollowed("x"), {"event": "services not followed", "level": "info", "why": "x"}),
    (events.OrderDoubted("a circle"), {"event": "order in doubt", "level": "warning", "why": "a circle"}),
    (
        events.WatchtowerRuns("tower", ("db", "web")),
        {"event": "watchtower runs", "level": "warning", "watchtower": "tower", "containers": ["db", "web"]},
    ),
    (
        events.LabelsDoubted("web", "mistyped"),
        {"event": "labels in doubt", "level": "warning", "container": "web", "why": "mistyped"},
    ),
    (message_events.AddressDoubted("x"), {"event": "address left out", "level": "warning", "why": "x"}),
    (
        message_events.MessageTaken("https://x", "https"),
        {"event": "message taken", "level": "debug", "address": "https://x"},
    ),
    (
        message_events.MessageNotTaken("https://x", "https", "500"),
        {"event": "message not taken", "level": "warning", "address": "https://x", "why": "500"},
    ),
    (
        message_events.MessageGivenUp("https://x", "https", "500", 2),
        {"event": "message given up", "level": "error", "address": "https://x", "why": "500", "given_up": 2},
    ),
    (
        message_events.PingFailed("https://x", "500"),
        {"event": "ping failed", "level": "warning", "address": "https://x", "why": "500"},
    ),
    (
        events.LookFailed("web", "", "Traceback: x"),
        {
            "event": "container not looked at",
            "level": "error",
            "container": "web",
            "exception": "Traceback: x",
        },
    ),
    (
        events.LookFailed("", "app:1", "Traceback: x", 2.5),
        {
            "event": "tag not looked at",
            "level": "error",
            "image": "app:1",
            "again_in_s": 2.5,
            "exception": "Traceback: x",
        },
    ),
    (
        events.EventsDropped("messages", 7),
        {"event": "events dropped", "level": "warning", "subscriber": "messages", "count": 7},
    ),
    (
        events.SubscriberFailed("messages", "OSError: full"),
        {"event": "subscriber failed", "level": "warning", "subscriber": "messages", "why": "OSError: full"},
    ),
    (
        registry_events.TagNotPulled("app:1", "no such tag", 3.0),
        {
            "event": "tag not pulled",
            "level": "warning",
            "image": "app:1",
            "why": "no such tag",
            "again_in_s": 3.0,
        },
    ),
    (
        registry_events.TagNotPulled("app:1", "refused", 3.0, "registry.example", 2),
        {
            "event": "tag not pulled",
            "level": "warning",
            "image": "app:1",
            "why": "refused",
            "again_in_s": 3.0,
            "registry": "registry.example",
            "tags": 2,
        },
    ),
    (
        registry_events.TagPulledAgain("app:1", "registry.example", 4),
        {
            "event": "tag pulled again",
            "level": "info",
            "image": "app:1",
            "registry": "registry.example",
            "failures": 4,
        },
    ),
    (
        registry_events.TagGivenUp("app:1", "nobody"),
        {"event": "tag given up", "level": "info", "image": "app:1", "why": "nobody"},
    ),
    (registry_events.PullsPutOff("gone"), {"event": "pulls put off", "level": "debug", "why": "gone"}),
    (
        update_events.Judged(CHANGE, "held", "failed", "update"),
        {"event": "container held", "level": "info", **ABOUT, "why": "failed"},
    ),
    (
        update_events.Judged(CHANGE, "unknown", "no tag", "update"),
        {"event": "container unknown", "level": "info", **ABOUT, "why": "no tag"},
    ),
    (
        update_events.Judged(CHANGE, "outdated", "moved", "notify"),
        {"event": "update available", "level": "info", **ABOUT, "why": "moved"},
    ),
    (
        update_events.Waiting(CHANGE, "dependency", "db failed"),
        {"event": "container held back", "level": "info", **ABOUT, "why": "db failed"},
    ),
    (
        update_events.Waiting(CHANGE, "veto", "its veto file is there"),
        {"event": "update vetoed", "level": "info", **ABOUT, "why": "its veto file is there"},
    ),
    (
        update_events.Waiting(CHANGE, "gate", "the gate signed refuses it"),
        {"event": "update waits for its gate", "level": "info", **ABOUT, "why": "the gate signed refuses it"},
    ),
    (
        update_events.ImageJudged(CHANGE, "signed", "web@sha256:1", "passed", "Verified OK", 1.23456),
        {
            "event": "image judged",
            "level": "info",
            **ABOUT,
            "gate": "signed",
            "judged": "web@sha256:1",
            "result": "passed",
            "why": "Verified OK",
            "took_s": 1.235,
        },
    ),
    (
        update_events.Planned(CHANGE, ("stop it", "start it")),
        {"event": "update planned", "level": "info", **ABOUT, "plan": ["stop it", "start it"]},
    ),
    (
        update_events.Updated(CHANGE, ("a", "b"), 1.23456, {"stop": 0.12345, "a.start": 1.0}, 2),
        {
            "event": "container updated",
            "level": "info",
            **ABOUT,
            "along": "a, b",
            "took_s": 1.235,
            "failures": 2,
            "stop_s": 0.123,
            "a.start_s": 1.0,
        },
    ),
    (
        update_events.Updated(CHANGE, (), 1.0, {}),
        {"event": "container updated", "level": "info", **ABOUT, "took_s": 1.0, "failures": 0},
    ),
    (
        update_events.Doubted(CHANGE, "sick before"),
        {"event": "container updated with a doubt", "level": "warning", **ABOUT, "doubt": "sick before"},
    ),
    (
        update_events.NotRestarted(CHANGE, "refused"),
        {"event": "container not restarted", "level": "warning", **ABOUT, "why": "refused"},
    ),
    (
        update_events.NotUpdated(CHANGE, "it crashed", 6, is_rolled_back=True),
        {"event": "update rolled back", "level": "error", **ABOUT, "why": "it crashed", "again_in_s": None},
    ),
    (
        update_events.NotUpdated(CHANGE, "no", 4, again_in_s=1.5),
        {"event": "container not updated", "level": "error", **WHY, **ABOUT, "again_in_s": 1.5},
    ),
    (
        update_events.NotUpdated(Change("web"), "no", 2),
        {"event": "container not updated", "level": "warning", "container": "web", **WHY, "again_in_s": None},
    ),
    (
        update_events.OpenUpdateSettled(CHANGE, NEW),
        {"event": "open update settled", "level": "info", **ABOUT, "runs": "2" * 12},
    ),
]


@pytest.mark.parametrize(("event", "line"), LINES)
def test_an_event_has_its_line(said: Say, event: Event, line: dict[str, Any]) -> None:
    assert said(event) == line


@pytest.mark.parametrize(
    ("event", "name", "key"),
    [
        (update_events.Waiting(CHANGE, "schedule", "moved", 86400.0), "update waits for its schedule", "due"),
        (update_events.Waiting(CHANGE, "window", "x", 86400.0), "update waits for its window", "due"),
        (
            update_events.Waiting(CHANGE, "freeze", "x", 86400.0),
            "update waits for the end of a freeze",
            "due",
        ),
        (update_events.OtherUpdaterAwaited(CHANGE, "web", 14.0), "update waits for another updater", "until"),
    ],
)
def test_a_wait_says_its_end_in_local_time(said: Say, event: Event, name: str, key: str) -> None:
    line = said(event)

    assert line["event"] == name
    assert line.items() >= ABOUT.items()
    assert "T" in line[key]
    assert "+" in line[key] or line[key].count("-") == 3


def test_a_wait_for_a_window_says_how_long_it_is(said: Say) -> None:
    line = said(update_events.Waiting(CHANGE, "window", "its window is x", time.time() + 7200))

    assert line["why"] == "its window is x, opens in 2 h 0 m"


@pytest.mark.parametrize(
    "event",
    [
        update_events.Judged(CHANGE, "current", "same", "update"),
        update_events.Judged(CHANGE, "outdated", "moved", "update"),
        update_events.Judged(CHANGE, "held", "failed", "update", is_news=False),
        update_events.Waiting(CHANGE, "dependency", "db failed", is_news=False),
        update_events.Planned(CHANGE, (), is_news=False),
        update_events.NotUpdated(CHANGE, "it crashed", 6, is_news=False),
        update_events.StageBegan("web", "web", "stop", "stopping"),
        registry_events.PullBegan("app:1"),
        events.PassBegan(),
    ],
)
def test_what_is_no_news_and_what_goes_on_within_an_update_has_no_line(said: Say, event: Event) -> None:
    assert said(event) == {}
