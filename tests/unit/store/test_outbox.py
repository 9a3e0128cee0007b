"""What is to be told is told once, by whichever process, and is not lost."""

import asyncio
import json
import multiprocessing
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve

from tests.unit.state import files
from watcher.store.database import Database
from watcher.store.outbox import Notice, Outbox

FAILED = Notice("engine", "web", "failed", "sha256:a", '"web failed"', due=0)
HELD = Notice("engine", "web", "held", "sha256:a", '"web held"', due=0, unless=("failed",))
UNKNOWN = Notice("engine", "nginx:1", "unknown", "", '"nginx unknown"', due=100)
UPDATED = Notice(
    "engine", "web", "updated", "1:2", '"web updated"', due=0, ends=("failed", "held", "updated")
)
OVER = Notice("engine", "web", "recovered", "", '"web recovered"', due=0, ends=("failed", "held"))


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(Database(tmp_path))


def listed(records: Sequence[str]) -> str:
    return json.dumps([json.loads(record) for record in records])


async def sealed(outbox: Outbox, now: float = 0) -> list[str]:
    """What the next message tells."""
    await outbox.seal(["a"], listed, now)
    letter = await outbox.take("a", now, 60)
    if letter is None:
        return []
    await outbox.done(letter)
    found: list[str] = json.loads(letter.message)
    return found


async def test_each_thing_is_told_once_across_restarts(outbox: Outbox, tmp_path: Path) -> None:
    assert await outbox.tell(FAILED, 0)
    assert not await outbox.tell(FAILED, 1)
    assert not await Outbox(Database(tmp_path)).tell(FAILED, 2)

    assert await sealed(outbox) == ["web failed"]
    assert not await outbox.tell(FAILED, 3)
    assert await sealed(outbox) == []


@pytest.mark.parametrize(
    "other", [evolve(FAILED, state="sha256:b"), evolve(FAILED, about="db"), evolve(FAILED, engine="other")]
)
async def test_another_image_container_or_engine_is_news(outbox: Outbox, other: Notice) -> None:
    await outbox.tell(FAILED, 0)

    assert await outbox.tell(other, 0)


async def test_an_image_that_comes_back_was_told(outbox: Outbox) -> None:
    told = [await outbox.tell(evolve(FAILED, state=state), 0) for state in ("x", "y", "x")]

    assert told == [True, True, False]


async def test_what_another_kind_told_of_the_same_image_is_not_told_again(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)

    assert not await outbox.tell(HELD, 0)
    assert await outbox.tell(evolve(HELD, state="sha256:b"), 0)


async def test_what_was_found_by_another_state_before_is_not_told_again_but_ends_what_it_ends(
    outbox: Outbox,
) -> None:
    await outbox.tell(HELD, 0)
    await outbox.tell(FAILED, 0)
    await sealed(outbox)

    again = evolve(FAILED, state="sha256:c", also=("sha256:a",), ends=("held",))
    assert not await outbox.tell(again, 1)
    assert await sealed(outbox) == []
    assert await outbox.noticed("engine") == {("web", "failed", "sha256:a")}


async def test_what_clears_is_told_once_and_only_where_it_was_told(outbox: Outbox) -> None:
    assert not await outbox.over(OVER, 0)
    await outbox.tell(FAILED, 0)

    assert [await outbox.over(OVER, 0), await outbox.over(OVER, 0)] == [True, False]
    assert await sealed(outbox) == ["web failed", "web recovered"]
    assert await outbox.tell(FAILED, 0)


async def test_what_clears_is_forgotten_where_that_is_not_told(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)

    assert not await outbox.over(OVER, 0, is_told=False)
    assert await outbox.tell(FAILED, 0)


async def test_an_update_ends_what_was_so_before_and_is_told_once_itself(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)

    assert await outbox.tell(UPDATED, 0)
    assert not await outbox.tell(UPDATED, 0)
    assert await outbox.noticed("engine") == {("web", "updated", "1:2")}
    assert await outbox.tell(evolve(UPDATED, state="2:3"), 0)


async def test_what_is_waited_with_is_told_when_it_has_been_so_for_long(outbox: Outbox) -> None:
    assert not await outbox.tell(UNKNOWN, 0)
    assert await outbox.next_due() == 100
    assert not await outbox.tell(evolve(UNKNOWN, due=150), 50), "that it is so again makes it no later"

    assert [await outbox.ripen(99), await outbox.ripen(100), await outbox.ripen(101)] == [False, True, False]
    assert await sealed(outbox) == ["nginx unknown"]
    assert await outbox.next_due() is None


async def test_what_is_over_before_is_never_told(outbox: Outbox) -> None:
    await outbox.tell(UNKNOWN, 0)

    assert not await outbox.over(evolve(OVER, about="nginx:1", ends=("unknown",)), 10)
    assert not await outbox.ripen(1000)


async def test_what_turns_out_worse_is_told_at_once(outbox: Outbox) -> None:
    await outbox.tell(UNKNOWN, 0)

    assert await outbox.tell(evolve(UNKNOWN, due=5), 5)


async def test_what_is_gone_is_forgotten_in_silence(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.tell(evolve(FAILED, about="db"), 0)

    await outbox.forget("engine", ["web"])

    assert await outbox.noticed("engine") == {("db", "failed", "sha256:a")}


async def test_one_message_tells_all_news_to_each_address(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.tell(evolve(FAILED, about="db", record='"db failed"'), 0)
    assert await outbox.has_news()

    assert await outbox.seal(["a", "b"], listed, 7)
    assert not await outbox.seal(["a", "b"], listed, 7)

    letters = [await outbox.take(address, 7, 60) for address in ("a", "b")]
    assert [letter and letter.message for letter in letters] == ['["web failed", "db failed"]'] * 2
    assert not await outbox.has_news()


async def test_a_message_that_cannot_be_written_loses_no_news(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)

    def broken(_: Sequence[str]) -> str:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await outbox.seal(["a"], broken, 0)

    assert await sealed(outbox) == ["web failed"]


async def test_a_letter_that_is_taken_is_nobody_elses_until_that_is_over(
    outbox: Outbox, tmp_path: Path
) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a"], listed, 0)

    assert await outbox.take("a", 0, 60)
    assert await Outbox(Database(tmp_path)).take("a", 59, 60) is None
    assert await Outbox(Database(tmp_path)).take("a", 60, 60), "whoever had it was killed"


async def test_a_letter_that_was_not_taken_is_due_later_and_counts_its_tries(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a"], listed, 0)
    letter = await outbox.take("a", 0, 60)
    assert letter

    await outbox.put_off(letter, 60)

    assert (await outbox.letter_due("a"), await outbox.letter_due("b")) == (60, None)
    again = await outbox.take("a", 60, 60)
    assert again == evolve(letter, tries=1)


async def test_an_address_that_is_left_alone_gets_none_of_its_letters(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a", "b"], listed, 0)

    await outbox.rest("a", 300)

    assert await outbox.take("a", 299, 60) is None
    assert await outbox.take("b", 0, 60)


async def test_a_clock_that_was_set_back_holds_up_no_letter(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 1e9)
    await outbox.seal(["a"], listed, 1e9)

    assert await outbox.take("a", 1e6, 60)


async def test_letters_to_addresses_that_nobody_has_any_more_go_after_a_day(outbox: Outbox) -> None:
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a", "b"], listed, 0)

    await outbox.drop_but(["b"], 80000)
    assert await outbox.letter_due("a") == 0
    await outbox.drop_but(["b"], 90000)

    assert (await outbox.letter_due("a"), await outbox.letter_due("b")) == (None, 0)


async def test_where_nothing_can_be_written_it_is_all_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    outbox = Outbox(Database(tmp_path / "file"))

    assert [await outbox.tell(FAILED, 0), await outbox.tell(FAILED, 0)] == [True, False]
    assert await outbox.noticed("engine") == {("web", "failed", "sha256:a")}
    assert await sealed(outbox) == ["web failed"]


def _told(folder: str) -> bool:
    return asyncio.run(Outbox(Database(Path(folder))).tell(FAILED, 0))


async def test_of_several_processes_one_tells_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        told = pool.map(_told, [str(tmp_path)] * 6)

    assert sorted(told) == [False] * 5 + [True]


async def test_the_database_holds_no_address(outbox: Outbox, tmp_path: Path) -> None:
    """Of an address the outbox is given a digest alone: the tables have no room for more."""
    await outbox.tell(FAILED, 0)

    with sqlite3.connect(tmp_path / "database.sqlite") as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(letters)")}
    connection.close()

    assert columns == {"id", "address", "message", "tries", "due"}


async def test_to_look_whether_there_is_anything_makes_no_database(outbox: Outbox, tmp_path: Path) -> None:
    assert await outbox.take("a", 0, 60) is None
    assert not await outbox.ripen(0)
    assert not await outbox.has_news()
    await outbox.drop_but(["a"], 0)

    assert files(tmp_path) == []
