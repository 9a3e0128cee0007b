"""What a service is tried again after: all that a container is."""

import pytest

from watcher.model.errors import (
    Busy,
    EngineError,
    Refused,
    RegistryError,
    RolledBack,
    Trouble,
    UnreadableSetting,
    UpdateFailed,
    WatcherError,
)
from watcher.store.state import Memory
from watcher.swarm.retry import may_pass

BAD, GOOD = f"sha256:{'b' * 64}", f"sha256:{'a' * 64}"
PASSING = [
    EngineError("the engine refused"),
    RegistryError("it said no", trouble=Trouble.BROKEN),
    Busy("another updater is at work on it"),
    UpdateFailed("service/web could not be updated: it kept changing", advice="try again later"),
    RolledBack("a node was drained, and it went back"),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
async def test_what_may_pass_is_tried_again(memory: Memory, error: WatcherError) -> None:
    await memory.services.keep("s", BAD, "it crashed")

    assert await may_pass(memory.services, "s", GOOD, error)
    assert await may_pass(memory.services, "other", BAD, error)


@pytest.mark.parametrize("error", [UpdateFailed("it failed"), RolledBack("it went back")], ids=repr)
async def test_a_digest_that_failed_is_not(memory: Memory, error: WatcherError) -> None:
    await memory.services.keep("s", BAD, "it crashed")

    assert not await may_pass(memory.services, "s", BAD, error)


@pytest.mark.parametrize("error", [Refused("it is pinned"), UnreadableSetting("x", "y", "z")], ids=repr)
async def test_what_somebody_has_to_change_is_not(memory: Memory, error: WatcherError) -> None:
    assert not await may_pass(memory.services, "s", BAD, error)
