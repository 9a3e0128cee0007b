"""What people hold, release and approve."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.unit.state import full_disk, here
from watcher.model.errors import NotKept
from watcher.store.database import FILE, Database
from watcher.store.decisions import Decision, Decisions
from watcher.store.schema import MIGRATIONS
from watcher.store.state import Memory

FAR = 4e9


def holding(*holds: Decision) -> Decisions:
    return Decisions({"web": holds})


def hold(**more: Any) -> Decision:
    told: dict[str, Any] = {"kind": "hold", "at": 1.0}
    return Decision("web", **told | more)


def test_a_hold_without_an_end_concerns_each_image() -> None:
    found = holding(hold(why="the fair"))

    assert found.held("web", "sha256:1", 100.0) == hold(why="the fair")
    assert found.held("web", "", 100.0)
    assert found.held("db", "sha256:1", 100.0) is None


def test_a_hold_is_over_at_its_end() -> None:
    found = holding(hold(until=100.0))

    assert found.held("web", "sha256:1", 99.9)
    assert found.held("web", "sha256:1", 100.0) is None


def test_a_hold_of_one_image_is_over_once_the_tag_means_another_one() -> None:
    found = holding(hold(image="sha256:1"))

    assert found.held("web", "sha256:1", 100.0)
    assert found.held("web", "sha256:2", 100.0) is None
    assert found.held("web", "", 100.0) is None


def test_of_several_that_which_lasts_longest_is_shown() -> None:
    this, long = hold(image="sha256:1"), hold(until=500.0)

    assert holding(this, long).held("web", "sha256:1", 100.0) == long
    assert holding(long, this).held("web", "sha256:1", 600.0) == this


def test_an_approval_is_for_one_image_and_no_hold() -> None:
    found = holding(hold(kind="approve", image="sha256:1"))

    assert found.is_approved("web", "sha256:1")
    assert not found.is_approved("web", "sha256:2")
    assert not found.is_approved("db", "sha256:1")
    assert found.held("web", "sha256:1", 100.0) is None


def test_an_approval_of_no_image_lets_nothing_go_ahead() -> None:
    found = holding(hold(kind="approve"))

    assert not found.is_approved("web", "")
    assert not found.is_approved("web", "sha256:1")


async def test_what_is_held_outlives_a_restart(memory: Memory, tmp_path: Path) -> None:
    made = hold(until=FAR, by="cli", why="the fair")

    await memory.decisions.keep(made)

    assert (await Memory(tmp_path, here).decisions.read()).held("web", "", 100.0) == made


async def test_what_this_process_writes_is_noticed_at_once_and_once(memory: Memory) -> None:
    await memory.decisions.keep(hold())

    assert await memory.decisions.written(within_s=FAR)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await memory.decisions.written(within_s=FAR)


async def test_what_nobody_here_writes_is_waited_for_for_a_while(memory: Memory) -> None:
    assert not await memory.decisions.written(within_s=0)


async def test_nothing_is_held_where_nobody_ever_held(memory: Memory, tmp_path: Path) -> None:
    assert await memory.decisions.read() == Decisions()
    assert not (tmp_path / FILE).exists()


async def test_the_last_hold_counts_and_others_stay(memory: Memory) -> None:
    for made in (hold(why="first"), hold(why="last"), hold(kind="approve", image="sha256:1")):
        await memory.decisions.keep(made)

    assert {each.why for each in (await memory.decisions.read()).of["web"]} == {"last", ""}


async def test_each_engine_has_its_own(memory: Memory, tmp_path: Path) -> None:
    async def there() -> str:
        return "THERE"

    await memory.decisions.keep(hold())

    assert await Memory(tmp_path, there).decisions.read() == Decisions()
    assert not await Memory(tmp_path, there).decisions.release("web", "cli")
    assert (await memory.decisions.read()).of


def test_a_release_of_what_a_rollback_left_is_for_one_image_and_no_hold() -> None:
    found = holding(hold(kind="released", image="sha256:1"))

    assert found.is_released("web", "sha256:1")
    assert not found.is_released("web", "sha256:2")
    assert not found.is_released("db", "sha256:1")
    assert found.held("web", "sha256:1", 100.0) is None


async def test_what_a_rollback_left_is_released_with_what_is_held_in_one_row(memory: Memory) -> None:
    await memory.decisions.keep(hold())

    assert await memory.decisions.release("web", "cli", "sha256:1")
    assert (await memory.decisions.read()).is_released("web", "sha256:1")
    assert [row["kind"] for row in await memory.history.last(5)] == ["release", "hold"]
    assert not await memory.decisions.release("web", "cli")
    await memory.decisions.forget("web", ["released"])
    assert await memory.decisions.read() == Decisions()


async def test_what_is_released_is_held_no_longer(memory: Memory) -> None:
    await memory.decisions.keep(hold())

    assert await memory.decisions.release("web", "cli")
    assert await memory.decisions.read() == Decisions()
    assert not await memory.decisions.release("web", "cli")


async def test_a_hold_that_is_over_was_not_released(memory: Memory) -> None:
    await memory.decisions.keep(hold(until=100.0))

    assert not await memory.decisions.release("web", "cli")


async def test_a_release_leaves_approvals(memory: Memory) -> None:
    await memory.decisions.keep(hold(kind="approve", image="sha256:1"))

    assert not await memory.decisions.release("web", "cli")
    assert (await memory.decisions.read()).is_approved("web", "sha256:1")


async def test_an_approval_that_was_used_is_forgotten(memory: Memory) -> None:
    await memory.decisions.keep(hold(kind="approve", image="sha256:1"))
    await memory.decisions.keep(hold())

    await memory.decisions.forget("web", ["approve"])

    assert [each.kind for each in (await memory.decisions.read()).of["web"]] == ["hold"]


async def test_each_decision_is_a_row_of_the_history(memory: Memory) -> None:
    await memory.decisions.keep(hold(why="the fair"))
    await memory.decisions.release("web", "api")
    await memory.decisions.release("web", "api")
    await memory.decisions.keep(hold(kind="approve", image="sha256:1"))

    rows = await memory.history.last(20, "web")
    assert [(row["kind"], row["by"], row["why"]) for row in reversed(rows)] == [
        ("hold", "cli", "the fair"),
        ("release", "api", ""),
        ("approve", "cli", ""),
    ]
    assert {row["outcome"] for row in rows} == {None}


async def test_what_cannot_be_written_is_not_held_and_that_is_told(memory: Memory) -> None:
    await memory.decisions.keep(hold(why="first"))

    with full_disk():
        with pytest.raises(NotKept, match="database"):
            await memory.decisions.keep(hold(why="second"))
        with pytest.raises(NotKept):
            await memory.decisions.release("web", "cli")

    assert [each.why for each in (await memory.decisions.read()).of["web"]] == ["first"]


async def test_what_was_read_last_counts_where_it_cannot_be_read_any_more(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.decisions.keep(hold())
    before = await memory.decisions.read()
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)

    assert await memory.decisions.read() == before


async def newer(folder: Path) -> None:
    """Let the database be of a newer version."""
    await Database(folder, [*MIGRATIONS, ("CREATE TABLE more (text TEXT)",)]).write(lambda _: None)


async def test_where_what_was_decided_never_could_be_read_that_is_no_decision_and_said(
    memory: Memory, tmp_path: Path
) -> None:
    await memory.decisions.keep(hold())
    await newer(tmp_path)
    found = await Memory(tmp_path, here).decisions.read()

    assert found.of == {}
    assert found.unread.startswith(f"the database {tmp_path / FILE} cannot be used: it is a newer version's")


async def test_who_has_read_what_was_decided_goes_on_with_that(memory: Memory, tmp_path: Path) -> None:
    await memory.decisions.keep(hold())
    before = await memory.decisions.read()
    await newer(tmp_path)

    assert await memory.decisions.read() == before
    assert not before.unread


async def test_what_can_be_read_later_counts_from_then_on(memory: Memory, tmp_path: Path) -> None:
    await memory.decisions.keep(hold())
    path, aside = tmp_path / FILE, tmp_path / "aside"
    path.rename(aside)
    await newer(tmp_path)
    late = Memory(tmp_path, here)
    assert (await late.decisions.read()).unread

    aside.rename(path)

    assert await late.decisions.read() == await memory.decisions.read()


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null/state"])
async def test_where_there_can_be_no_database_nothing_is_held(folder: str) -> None:
    assert await Memory(Path(folder), here).decisions.read() == Decisions()


async def test_what_is_put_aside_is_decided_no_more(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"garbage" * 1000)

    assert await Memory(tmp_path, here).decisions.read() == Decisions()


def veto(**more: Any) -> Decision:
    told: dict[str, Any] = {"kind": "veto", "at": 1.0, "until": 100.0, "image": "sha256:1", "by": "hook"}
    return Decision("web", **told | more)


def test_what_a_hook_said_holds_its_image_for_a_while_and_is_no_hold_of_a_persons() -> None:
    found = holding(veto())

    assert found.vetoed("web", "sha256:1", 99.0) == veto()
    assert found.vetoed("web", "sha256:1", 100.0) is None
    assert found.vetoed("web", "sha256:2", 99.0) is None
    assert found.held("web", "sha256:1", 99.0) is None


async def test_what_a_hook_said_is_kept_without_a_row_in_the_history(tmp_path: Path) -> None:
    memory = Memory(tmp_path, here)

    await memory.decisions.note(veto())

    assert (await Memory(tmp_path, here).decisions.read()).vetoed("web", "sha256:1", 1.0) == veto()
    assert await memory.history.last(9) == []
