"""A claim is waited for while its holder gives signs of life, and no longer; on virtual time."""

import asyncio
from pathlib import Path

import pytest

from tests.unit.virtual_time import now, run
from watcher.model.errors import Busy
from watcher.store.claims import Claims
from watcher.store.file_lock import locked
from watcher.store.locks import with_claims

LONG_S, BOUND_S = 3600.0, 30.0


async def here() -> str:
    return "engine"


async def at_once(ours: Claims, other: Claims) -> list[str]:
    """Two who claim the same container, the first one for long; what was done, in order."""
    done = list[str]()

    async def work(who: str, seconds: float) -> None:
        done.append(f"{who} begins")
        await asyncio.sleep(seconds)
        done.append(f"{who} ends")

    async def late() -> None:
        await asyncio.sleep(1)
        await with_claims(other, "web", lambda _: work("second", 0))

    await asyncio.gather(with_claims(ours, "web", lambda _: work("first", LONG_S)), late())
    return done


IN_TURN = ["first begins", "first ends", "second begins", "second ends"]


def test_whoever_lives_is_waited_for(tmp_path: Path) -> None:
    assert run(at_once(Claims(tmp_path, here), Claims(tmp_path, here))) == IN_TURN


def test_where_no_lock_can_be_made_a_process_waits_for_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    claims = Claims(tmp_path / "file" / "folder", here)

    assert run(at_once(claims, claims)) == IN_TURN


def test_whoever_is_suspended_is_not_waited_for_without_end(tmp_path: Path) -> None:
    claims, times = Claims(tmp_path, here), list[float]()

    async def work(_: frozenset[str]) -> None:
        raise AssertionError("it is claimed")

    async def claimed() -> None:
        lock = await claims.lock("web")
        with locked(lock):
            with pytest.raises(Busy, match=f"has claimed web, .*no sign of life.*fuser {lock}"):
                await with_claims(claims, "web", work)
            times.append(now())

    run(claimed())

    assert times < [BOUND_S]


def test_where_no_lock_can_be_made_the_updates_are_the_process_own(tmp_path: Path) -> None:
    """Others that cannot make one either read the same home, and do not know of one another."""
    claims, other = Claims(tmp_path, here), Claims(tmp_path, here)
    assert claims.home == other.home

    async def home(_: frozenset[str]) -> str:
        return claims.home

    (tmp_path / "locks").write_text("")
    (tmp_path / "engines").write_text("")

    assert run(with_claims(claims, "web", home)) != other.home
