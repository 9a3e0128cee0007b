"""A state folder that cannot be written for a while: each time is said, and no loss is left unsaid."""

from pathlib import Path

import pytest

from tests.unit.state import away, here
from watcher.model.errors import NotKept
from watcher.store.database import FILE
from watcher.store.decisions import Decision
from watcher.store.state import Memory

ID = f"sha256:{'a' * 64}"
HOLD = Decision("web", "hold", 0)


async def test_each_time_that_a_folder_cannot_be_written_is_said(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state", here)
    await memory.keep_failure("web", ID, "it crashed")
    said = list[bool]()

    for name in ("db", "app"):
        with away(tmp_path / "state"):
            await memory.keep_failure(name, ID, "it crashed")
            await memory.keep_failure(f"{name}2", ID, "it crashed")
            said += [bool(memory.said_once()), bool(memory.said_once()), memory.has_said]
        await memory.keep_failure("web", ID, "it crashed")
        said += [bool(memory.said_once()), memory.has_said]

    assert said == [True, False, True, False, False] * 2
    names = ("db", "db2", "app", "app2")
    assert all([await Memory(tmp_path / "state", here).failure(name, name) for name in names])


async def test_each_time_that_the_database_cannot_be_written_is_said(tmp_path: Path) -> None:
    memory, said = Memory(tmp_path / "state", here), list[int]()
    await memory.decisions.keep(HOLD)

    for _ in range(2):
        with away(tmp_path / "state"):
            for _ in range(2):
                with pytest.raises(NotKept):
                    await memory.decisions.keep(HOLD)
                said.append(len(memory.unsaid()))
        await memory.decisions.keep(HOLD)

    assert said == [1, 0, 1, 0]


async def test_that_what_was_decided_is_lost_is_said_also_after_a_time_in_which_nothing_could_be_kept(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "state", here)
    await memory.decisions.keep(HOLD)
    with away(tmp_path / "state"):
        await memory.keep_failure("web", ID, "it crashed")
        assert memory.said_once()

    (tmp_path / "state" / FILE).write_bytes(b"this is no database" * 1000)
    await memory.decisions.read()

    (line,) = memory.unsaid()
    assert "put aside" in line
