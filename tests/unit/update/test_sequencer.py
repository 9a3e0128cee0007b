"""Who may begin, and what is noted of those who could not."""

import asyncio

import pytest

from tests.unit.dependencies.test_order import after, row
from tests.unit.virtual_time import run
from watcher.dependencies.order import Order
from watcher.model.errors import (
    Busy,
    EngineError,
    NotKept,
    Refused,
    RegistryError,
    RolledBack,
    Trouble,
    Unknown,
    UpdateFailed,
    WatcherError,
)
from watcher.update.sequencer import Turns


def turns(busy: set[str] | None = None) -> Turns:
    """Of `db`, `web` that depends on it, and `lone` that has to do with neither."""
    made = Turns((busy or set()).__contains__)
    made.order = Order.of([row("db"), after("web", "db"), row("lone")])
    return made


def test_a_container_waits_until_what_goes_before_it_has_ended() -> None:
    async def scenario() -> list[str]:
        busy, told = {"db"}, list[str]()
        asked = turns(busy)

        async def come() -> None:
            await asked.come("web")
            told.append("web")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(come())
            await asyncio.sleep(1)
            told.append("db")
            busy.clear()
            asked.ring()
        return told

    assert run(scenario()) == ["db", "web"]


def test_what_is_busy_holds_up_nobody_but_those_after_it() -> None:
    asked = turns({"db"})

    assert [name for name in ("db", "web", "lone") if asked.has_come(name)] == ["db", "lone"]


def test_nothing_that_goes_before_a_container_begins_while_that_is_under_way() -> None:
    asked = turns()

    with asked.taken("web"):
        during = [name for name in ("db", "lone") if asked.has_come(name)]

    assert (during, asked.has_come("db")) == (["lone"], True)


def test_what_is_after_a_container_under_way_is_told_by_who_is_busy() -> None:
    asked = turns()

    with asked.taken("db"):
        assert asked.has_come("web")


def test_what_is_updated_for_a_person_takes_its_turn_and_lets_those_after_it_wait() -> None:
    async def scenario() -> list[str]:
        busy, told = {"web"}, list[str]()
        asked = turns(busy)
        asked.order = Order.of([row("db"), after("web", "db"), after("shop", "web")])

        async def by_hand() -> None:
            async with asked.turn("shop"):
                told.append("shop")
                await asyncio.sleep(1)

        async def come() -> None:
            await asked.come("db")
            told.append("db")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(by_hand())
            await asyncio.sleep(1)
            told.append("web")
            busy.clear()
            asked.ring()
            await asyncio.sleep(0.5)
            tasks.create_task(come())
        return told

    assert run(scenario()) == ["web", "shop", "db"]


def test_nobody_begins_who_comes_after_what_is_updated_for_a_person() -> None:
    async def scenario() -> tuple[list[str], bool]:
        asked = turns()
        async with asked.turn("db"):
            during = [name for name in ("web", "lone") if asked.has_come(name)]
        return during, asked.has_come("web")

    assert run(scenario()) == (["lone"], True)


def test_a_container_that_two_are_at_work_on_is_under_way_until_both_have_ended() -> None:
    asked = turns()

    with asked.taken("web"):
        with asked.taken("web"):
            assert not asked.has_come("db")
        assert not asked.has_come("db")

    assert asked.has_come("db")


def test_a_failure_holds_back_whoever_needs_it_until_it_is_looked_at_anew() -> None:
    asked = turns()
    asked.failed("db")
    before = asked.blocked_by("web"), asked.blocked_by("lone")

    asked.over("db")

    assert (before, asked.blocked_by("web")) == (("db failed", ""), "")


def test_a_failure_of_what_is_not_stale_any_more_is_forgotten() -> None:
    asked = turns()
    asked.failed("db")

    asked.keep(stale=(), noted=asked.noted())

    assert asked.blocked_by("web") == ""


def test_a_failure_that_is_newer_than_the_list_of_what_is_stale_stays() -> None:
    asked = turns()
    noted = asked.noted()
    asked.failed("db")

    asked.keep(stale=(), noted=noted)

    assert asked.blocked_by("web") == "db failed"


@pytest.mark.parametrize(
    ("error", "blocks_if_asked_for", "blocks_else"),
    [
        (UpdateFailed("why"), True, True),
        (RolledBack("why"), True, True),
        (EngineError("why"), True, True),
        (Unknown("why"), True, False),
        (RegistryError("why", trouble=Trouble.UNREACHABLE), True, False),
        (Refused("why"), False, False),
        (NotKept("why"), False, False),
        (Busy("why"), False, False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_blocks_dependents_as_it_says_and_by_who_asked(
    error: WatcherError, blocks_if_asked_for: bool, blocks_else: bool
) -> None:
    by_hand, by_itself = turns(), turns()

    by_hand.failed_with("db", error, is_asked_for=True)
    by_itself.failed_with("db", error, is_asked_for=False)

    assert bool(by_hand.blocked_by("web")) is blocks_if_asked_for
    assert bool(by_itself.blocked_by("web")) is blocks_else
