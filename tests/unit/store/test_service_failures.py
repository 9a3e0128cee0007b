"""What failed in Swarm services is remembered by their ids."""

from pathlib import Path

from watcher.store.keys import Key
from watcher.store.records import Records
from watcher.store.service_failures import ServiceFailures


async def _key(name: str) -> Key:
    return Key("engine", name)


async def _other(name: str) -> Key:
    return Key("other", name)


async def test_a_failure_stays_until_that_digest_has_proved_itself(tmp_path: Path) -> None:
    kept = ServiceFailures(Records(tmp_path), _key)
    await kept.keep("id1", "sha256:a", "crashed")
    await kept.keep("id1", "sha256:b", "crashed")

    await kept.forget("id1", "sha256:a")

    found = await ServiceFailures(Records(tmp_path), _other).of("id1")  # another manager of the same swarm
    assert found is not None
    assert (found.image, found.reason) == ("sha256:b", "crashed")
    assert await kept.of("id2") is None
    await kept.forget("id1", "sha256:b")
    assert await kept.of("id1") is None


async def test_a_rollout_is_noted_until_its_end_is_recorded(tmp_path: Path) -> None:
    kept = ServiceFailures(Records(tmp_path), _key)
    assert not await kept.begun("id1")

    await kept.begin("id1", "1-ab sha256:b sha256:a 2")

    assert await ServiceFailures(Records(tmp_path), _key).begun("id1") == "1-ab sha256:b sha256:a 2"
    assert not await kept.begun("id2")
    await kept.end("id1")
    assert not await kept.begun("id1")
