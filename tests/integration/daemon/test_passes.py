"""A pass is told from its beginning to its end, with all that it did in between."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL
from tests.integration.updates import replaced
from tests.testbed.stack import Stack
from watcher.cli import session
from watcher.config.settings import DaemonSettings, state_folder
from watcher.daemon.engines import Engines
from watcher.host.fleet import Fleet
from watcher.model.events import Event, PassBegan, PassEnded
from watcher.model.update_events import AttemptEnded, StageBegan, Updated
from watcher.store.heartbeat import Pulse

Work = Callable[[Engines], Coroutine[Any, Any, int]]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, stack: Stack, tmp_path: Path) -> App:
    """A container with an update, for a daemon that runs in this very process."""
    monkeypatch.setenv("DOCKER_HOST", stack.engine.host)
    monkeypatch.setenv("CTR_UPDATER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CTR_UPDATER_STABLE_FOR", "500ms")
    return outdated(stack, *LOCAL)


def told(work: Work, happened: Callable[[Event], None] = lambda _: None) -> list[Event]:
    """What a daemon tells until its pass is over; `happened` is given each event as it comes."""
    events, is_over = list[Event](), asyncio.Event()

    def take(event: Event) -> None:
        events.append(event)
        happened(event)
        if isinstance(event, PassEnded):
            is_over.set()

    async def command(fleet: Fleet) -> int:
        fleet.sole.events.subscribe("test", take)
        daemon = Engines(fleet, DaemonSettings.of_environment(), Pulse(state_folder(), 180.0))
        running = asyncio.ensure_future(work(daemon))
        await is_over.wait()
        running.cancel()
        await asyncio.wait([running])
        return 0

    session.run(command, waits=work is Engines.run)
    return events


@pytest.mark.parametrize("work", [Engines.once, Engines.run])
def test_an_update_is_told_between_the_beginning_and_the_end_of_its_pass(
    stack: Stack, web: App, work: Work
) -> None:
    events = told(work)

    kinds = [type(event) for event in events]
    assert [kind for kind in kinds if kind in {PassBegan, AttemptEnded, Updated, PassEnded}] == [
        PassBegan,
        AttemptEnded,
        Updated,
        PassEnded,
    ]
    (attempt,) = (event.attempt for event in events if isinstance(event, AttemptEnded))
    assert (attempt.name, attempt.by, attempt.outcome) == (web.name, "daemon", "updated")
    assert events[kinds.index(PassEnded)] == PassEnded(0)
    replaced(stack, web)


def test_what_follows_from_a_tag_that_moves_in_an_update_belongs_to_the_pass(stack: Stack, web: App) -> None:
    newest = stack.name("newest:1")
    stack.image(newest, marker="newest")

    def move(event: Event) -> None:
        if isinstance(event, StageBegan) and event.stage == "start":
            stack.tag(newest, web.image)

    events = told(Engines.run, move)

    assert [type(event) for event in events if isinstance(event, PassEnded | Updated)] == [
        Updated,
        Updated,
        PassEnded,
    ]
