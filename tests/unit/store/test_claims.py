"""A container is claimed by one process at a time; where no lock can be made, within the process."""

import subprocess
import sys
from pathlib import Path

from tests.unit.state import files, here
from watcher.store.claims import Claims


async def test_a_claim_keeps_another_process_out_until_it_ends(tmp_path: Path) -> None:
    asks = (
        "import asyncio, sys, pathlib; from watcher.store.claims import Claims\n"
        "async def here(): return 'HERE'\n"
        "async def claim():\n"
        "    async with Claims(pathlib.Path(sys.argv[1]), here).take('web') as ours: print(ours)\n"
        "asyncio.run(claim())"
    )

    def another() -> str:
        command = [sys.executable, "-c", asks, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    claims = Claims(tmp_path, here)
    async with claims.take("web") as ours:
        assert (ours, another()) == (True, "False")
        async with claims.take("db") as free:
            assert free
    assert another() == "True"


async def there() -> str:
    """The id of another engine."""
    return "THERE"


async def test_the_same_name_is_claimed_on_each_engine(tmp_path: Path) -> None:
    async with Claims(tmp_path, here).take("web") as one, Claims(tmp_path, there).take("web") as other:
        assert (one, other) == (True, True)


async def test_where_no_lock_can_be_made_it_is_claimed_within_the_process() -> None:
    claims = Claims(Path("/proc/nowhere"), here)

    async with claims.take("web") as first, claims.take("web") as second, claims.take("db") as other:
        assert (first, second, other) == (True, False, True)
    async with claims.take("web") as again:
        assert again
    assert "/proc/nowhere" in claims.fault


async def test_what_nobody_has_locked_is_cleared(tmp_path: Path) -> None:
    claims = Claims(tmp_path, here)
    async with claims.take("web"), claims.take("db"):
        pass
    async with claims.take("web"):
        claims.clear("HERE")
        assert files(tmp_path) == [await claims.lock("web")]


async def test_what_is_begun_here_is_the_directorys_again_once_locks_can_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("in its way")
    claims = Claims(folder, here)
    async with claims.take("web"):
        own = claims.home
        folder.unlink()
        async with claims.take("db"):  # whoever shares the directory would not see that web is claimed
            assert (claims.home, bool(claims.fault)) == (own, True)

    async with claims.take("web"):
        assert (claims.home, claims.fault) == (Claims(folder, here).home, "")


async def test_a_claim_within_the_process_counts_also_once_locks_can_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("in its way")
    claims = Claims(folder, here)
    async with claims.take("web") as first:
        folder.unlink()
        async with claims.take("web") as second:
            assert (first, second) == (True, False)
    async with claims.take("web") as third:
        assert third
