"""What failed in Swarm services is remembered by their ids."""

from pathlib import Path

import pytest

from watcher.store.keys import Key
from watcher.store.records import Records
from watcher.store.service_failures import Begun, ServiceFailures


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


async def test_what_was_not_to_blame_is_known_by_its_digest_to_whoever_shares_the_directory(
    tmp_path: Path,
) -> None:
    kept = ServiceFailures(Records(tmp_path), _key)
    assert not await kept.is_excused("id1", "sha256:a")

    await kept.excuse("id1", "sha256:a")

    assert await ServiceFailures(Records(tmp_path), _other).is_excused("id1", "sha256:a")
    assert not await kept.is_excused("id1", "sha256:b")
    assert not await kept.is_excused("id2", "sha256:a")
    assert await kept.of("id1") is None


async def test_what_was_not_to_blame_is_forgotten_once_it_has_proved_itself_or_failed(tmp_path: Path) -> None:
    kept = ServiceFailures(Records(tmp_path), _key)
    await kept.excuse("id1", "sha256:a")
    await kept.excuse("id2", "sha256:a")

    await kept.forget("id1", "sha256:a")
    await kept.keep("id2", "sha256:a", "crashed")

    assert not await kept.is_excused("id1", "sha256:a")
    assert not await kept.is_excused("id2", "sha256:a")


async def test_a_rollout_is_noted_with_who_asked_for_it_until_its_end_is_recorded(tmp_path: Path) -> None:
    kept, begun = ServiceFailures(Records(tmp_path), _key), Begun("1-ab sha256:b sha256:a 2", "hook", True)
    assert await kept.begun("id1") == Begun()

    await kept.begin("id1", begun)

    assert await ServiceFailures(Records(tmp_path), _key).begun("id1") == begun
    assert await kept.begun("id2") == Begun()
    await kept.end("id1")
    assert await kept.begun("id1") == Begun()


@pytest.mark.parametrize(
    "more", [{}, {"by": "somebody", "goes_back": "yes"}, {"by": 1, "goes_back": None}], ids=str
)
async def test_of_a_rollout_that_was_noted_otherwise_nobody_is_known_to_have_asked(
    tmp_path: Path, more: dict[str, object]
) -> None:
    records = Records(tmp_path)
    records.write(records.path("rollouts", Key("engine", "id1")), {"rollout": "1-ab b a 2"} | more)

    assert await ServiceFailures(records, _key).begun("id1") == Begun("1-ab b a 2", None, False)
