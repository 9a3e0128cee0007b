"""What is to be told while the database cannot be written is in it once it can be, and waits no longer."""

import json
from pathlib import Path

import pytest
from attrs import evolve

from tests.unit.state import away
from tests.unit.store.test_outbox import FAILED, HELD, UNKNOWN, listed, sealed
from watcher.store.database import Database
from watcher.store.outbox import Outbox


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def test_what_waited_in_the_database_is_sent_once_that_can_be_written_again(state: Path) -> None:
    outbox = Outbox(Database(state), again_s=0)
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a"], listed, 0)
    with away(state):
        assert await outbox.tell(evolve(FAILED, about="db"), 0)
    assert outbox.again_s == 0

    letter = await outbox.take("a", 0, 60)

    assert letter
    assert json.loads(letter.message) == ["web failed"]
    assert outbox.again_s is None


async def test_what_was_kept_in_memory_is_in_the_database_once_that_can_be_written_again(state: Path) -> None:
    outbox = Outbox(Database(state), again_s=0)
    await outbox.tell(FAILED, 0)
    with away(state):
        await outbox.tell(evolve(UNKNOWN, record='"nginx unknown"'), 0)
        assert await outbox.tell(evolve(FAILED, about="db", record='"db failed"'), 0)

    assert await outbox.ripen(100)

    other = Outbox(Database(state))
    assert {about for about, *_ in await other.noticed("engine")} == {"web", "nginx:1", "db"}
    assert not await other.tell(evolve(FAILED, about="db"), 101)
    assert await sealed(other) == ["web failed", "db failed", "nginx unknown"]


async def test_what_waited_in_the_database_and_was_told_meanwhile_is_not_told_again(state: Path) -> None:
    outbox = Outbox(Database(state), again_s=0)
    await outbox.tell(UNKNOWN, 0)
    with away(state):
        await outbox.tell(UNKNOWN, 0)
        assert await outbox.ripen(100)
        assert await sealed(outbox, 100) == ["nginx unknown"]

    assert await sealed(outbox, 100) == []

    assert not await Outbox(Database(state)).ripen(200)
    assert await sealed(outbox, 200) == []


async def test_what_waited_for_its_time_in_both_is_told_at_the_earlier_one(state: Path) -> None:
    outbox = Outbox(Database(state), again_s=0)
    await outbox.tell(UNKNOWN, 0)
    with away(state):
        await outbox.tell(evolve(UNKNOWN, due=500), 0)

    assert await outbox.ripen(UNKNOWN.due)


async def test_a_letter_that_is_on_its_way_meanwhile_is_done_or_put_off_and_no_other(state: Path) -> None:
    outbox = Outbox(Database(state), again_s=0)
    await outbox.tell(FAILED, 0)
    await outbox.seal(["a"], listed, 0)
    with away(state):
        await outbox.tell(evolve(FAILED, about="db", record='"db failed"'), 0)
        await outbox.seal(["b", "c"], listed, 0)
        arrived, refused = await outbox.take("b", 0, 60), await outbox.take("c", 0, 60)
    assert arrived
    assert refused

    await outbox.done(arrived)
    await outbox.put_off(refused, 30)

    assert [await outbox.letter_due(address) for address in "abc"] == [0, None, 30]
    again = await outbox.take("c", 30, 60)
    assert again
    assert (again.message, again.tries) == (refused.message, 1)


async def test_a_database_that_could_not_be_written_is_not_tried_at_each_turn(state: Path) -> None:
    outbox = Outbox(Database(state))
    await outbox.tell(FAILED, 0)
    with away(state):
        await outbox.tell(HELD, 0)

    await outbox.tell(evolve(FAILED, about="db"), 0)

    assert {about for about, *_ in await Outbox(Database(state)).noticed("engine")} == {"web"}
