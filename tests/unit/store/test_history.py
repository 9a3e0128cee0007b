"""The history: one row for each attempt, whoever tells it, and for as long as it is kept."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.unit.state import full_disk, here
from watcher.model.update_events import Attempt, ImageVersion
from watcher.store import history
from watcher.store.keys import Key
from watcher.store.state import Memory

KEYS = [
    *("at", "engine", "name", "kind", "outcome", "image", "by", "took_s", "down_s", "stages", "along", "why"),
    *("link", "old", "new"),
]
STAGES = {"stop": 0.5, "start": 1.0}


def attempt(name: str = "web", containers: tuple[str, str] = ("", ""), **more: Any) -> Attempt:
    told: dict[str, Any] = {
        "at": "2026-11-27T00:30:00Z",
        "kind": "update",
        "outcome": "updated",
        "image": "nginx:1.27",
        "old": ImageVersion("sha256:1", "1.27.4"),
        "new": ImageVersion("sha256:2"),
        "by": "daemon",
        "took_s": 12.5,
        "down_s": 1.5,
        "stages": STAGES,
    }
    return Attempt(name=name, containers=containers, **told | more)


async def outcomes(memory: Memory, name: str = "") -> list[str]:
    return [row["outcome"] for row in await memory.history.last(100, name)]


async def test_a_row_has_the_keys_of_the_contract(memory: Memory, tmp_path: Path) -> None:
    await memory.history.record(attempt(along=("db",), why="it moved on"))

    (row,) = await Memory(tmp_path, here).history.last(20)
    assert sorted(row) == sorted(KEYS)
    assert (row["at"], row["engine"], row["name"]) == ("2026-11-27T00:30:00Z", "HERE", "web")
    assert row["old"] == {"id": "sha256:1", "version": "1.27.4"}
    assert row["new"] == {"id": "sha256:2", "version": None}
    assert (row["took_s"], row["down_s"], row["stages"]) == (12.5, 1.5, STAGES)
    assert (row["along"], row["why"], row["link"]) == (["db"], "it moved on", None)


async def test_the_last_lines_of_a_container_that_failed_are_kept(memory: Memory, tmp_path: Path) -> None:
    await memory.history.record(attempt(outcome="rolled back", output=("one", "two")))

    (row,) = await Memory(tmp_path, here).history.last(20)
    assert row["output"] == ["one", "two"]


async def test_times_are_rounded_to_milliseconds(memory: Memory) -> None:
    await memory.history.record(attempt(took_s=0.98004031, down_s=0.1, stages={"stop": 0.27325581}))

    (row,) = await memory.history.last(20)
    assert (row["took_s"], row["down_s"], row["stages"]) == (0.98, 0.1, {"stop": 0.273})


async def test_where_nothing_stopped_nothing_was_down_and_an_image_nobody_knows_is_none(
    memory: Memory,
) -> None:
    await memory.history.record(attempt(outcome="refused", down_s=None, new=ImageVersion("")))

    (row,) = await memory.history.last(20)
    assert (row["down_s"], row["new"]) == (None, None)


async def test_the_newest_rows_come_first_and_no_more_than_were_asked_for(memory: Memory) -> None:
    for minute in (1, 3, 2):
        await memory.history.record(attempt(at=f"2026-11-27T00:0{minute}:00Z", why=str(minute)))

    assert [row["why"] for row in await memory.history.last(2)] == ["3", "2"]
    assert [row["why"] for row in await memory.history.last(10**30)] == ["3", "2", "1"]


async def test_of_those_of_one_second_the_last_to_be_told_comes_first(memory: Memory) -> None:
    for number in range(5):
        await memory.history.record(attempt(why=str(number)))

    assert [row["why"] for row in await memory.history.last(3)] == ["4", "3", "2"]


async def test_what_is_decided_and_attempted_in_one_second_stands_in_its_order(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 27, 0, 30, 0, 900_000, UTC)
    monkeypatch.setattr(time, "time", now.timestamp)
    key = Key("HERE", "web")
    held = history.decision("hold", key, "a person", "")
    await memory.database.write(lambda connection: history.add(connection, held))
    await memory.history.record(attempt(at="2026-11-27T00:30:00Z"))

    assert [row["kind"] for row in await memory.history.last(9)] == ["update", "hold"]


async def test_a_name_asks_for_its_rows_alone(memory: Memory) -> None:
    for name in ("web", "db"):
        await memory.history.record(attempt(name))

    assert [row["name"] for row in await memory.history.last(20, "db")] == ["db"]


async def test_a_service_has_one_name_whatever_was_attempted_with_it(memory: Memory) -> None:
    for kind in ("service", "rollback"):
        await memory.history.record(attempt("service/web", kind=kind))

    assert [row["name"] for row in await memory.history.last(20)] == ["service/web"] * 2


async def test_an_older_row_of_a_service_says_its_whole_name(memory: Memory) -> None:
    key = Key("HERE", "service/web")
    row = history.decision("service", key, "daemon", "")
    older = evolve(row, record=row.record.replace("service/web", "web"))
    await memory.database.write(lambda connection: history.add(connection, older))

    (found,) = await memory.history.last(20, "service/web")
    assert found["name"] == "service/web"


async def test_what_is_gone_is_found_by_the_name_that_a_person_has_for_it(memory: Memory) -> None:
    await memory.history.record(attempt("service/web"))
    assert [row["name"] for row in await memory.history.known_as(20, "web")] == ["service/web"]
    assert not await memory.history.known_as(20, "we")

    await memory.history.record(attempt("web"))
    assert [row["name"] for row in await memory.history.known_as(20, "web")] == ["web"]
    assert [row["name"] for row in await memory.history.known_as(20, "service/web")] == ["service/web"]


async def test_each_engine_has_its_own_rows(memory: Memory, tmp_path: Path) -> None:
    async def there() -> str:
        return "THERE"

    other = Memory(tmp_path, there).history
    await memory.history.record(attempt(why="here"))
    await other.record(attempt(why="there"))

    assert [row["why"] for row in await other.last(20, engine="THERE")] == ["there"]
    assert len(await other.last(20)) == 2


async def test_an_attempt_that_is_told_twice_is_one_row(memory: Memory, tmp_path: Path) -> None:
    await memory.history.record(attempt(containers=("old", "new")))
    await Memory(tmp_path, here).history.record(attempt(containers=("old", "new"), outcome="recovered"))

    assert await outcomes(memory) == ["updated"]


async def test_what_recovery_brought_to_its_end_has_not_failed(memory: Memory) -> None:
    await memory.history.record(attempt(containers=("old", "new"), outcome="failed"))
    await memory.history.record(attempt(containers=("old", "new"), outcome="recovered"))

    assert await outcomes(memory) == ["recovered"]


async def test_attempts_that_made_no_container_are_rows_of_their_own(memory: Memory) -> None:
    for _ in range(2):
        await memory.history.record(attempt(containers=("old", ""), outcome="failed"))

    assert await outcomes(memory) == ["failed", "failed"]


async def test_what_is_expected_is_no_row_yet(memory: Memory) -> None:
    await memory.history.expect(attempt(containers=("old", "new")))

    assert await outcomes(memory) == []
    assert await memory.history.unrecorded() == {"web"}


async def test_what_was_expected_and_recorded_is_one_row(memory: Memory) -> None:
    await memory.history.expect(attempt(containers=("old", "new")))
    await memory.history.record(attempt(containers=("old", "new")))
    await memory.history.confirm("web")

    assert await outcomes(memory) == ["updated"]
    assert await memory.history.unrecorded() == frozenset()


async def test_the_next_run_records_what_was_expected(memory: Memory, tmp_path: Path) -> None:
    await memory.history.expect(attempt(containers=("old", "new")))
    await memory.history.expect(attempt("db", containers=("old-db", "new-db")))

    following = Memory(tmp_path, here).history
    for _ in range(2):
        await following.confirm("web")

    assert [row["name"] for row in await following.last(20)] == ["web"]
    assert await following.unrecorded() == {"db"}


async def test_what_was_expected_last_counts(memory: Memory) -> None:
    for outcome in ("updated", "rolled back"):
        await memory.history.expect(attempt(containers=("old", "new"), outcome=outcome))
    await memory.history.confirm("web")

    assert await outcomes(memory) == ["rolled back"]


async def test_rows_are_kept_for_a_year(memory: Memory) -> None:
    now = datetime.now(UTC)
    for days in (364, 366):
        await memory.history.record(attempt(at=(now - timedelta(days)).isoformat(), why=str(days)))

    await memory.history.record(attempt(at=now.isoformat(), why="now"))

    assert [row["why"] for row in await memory.history.last(20)] == ["now", "364"]


@pytest.mark.parametrize("added", [1, 3])
async def test_ten_thousand_rows_are_kept_the_newest_ones(memory: Memory, added: int) -> None:
    begin = time.time() - 20_000
    rows = [
        history.HistoryRow(f"key {n}", begin + n, "HERE", "web", json.dumps({"why": n})) for n in range(9_999)
    ]
    values = "(key, at, engine, name, record) VALUES (?, ?, ?, ?, ?)"
    await memory.database.write(
        lambda connection: connection.executemany(
            f"INSERT INTO attempts {values}",
            [(row.key, row.at, row.engine, row.name, row.record) for row in rows],
        )
    )

    for number in range(added):
        await memory.history.record(attempt(at=datetime.now(UTC).isoformat(), why=f"new {number}"))

    kept = [row["why"] for row in await memory.history.last(20_000)]
    assert kept[:added] == [f"new {number}" for number in reversed(range(added))]
    assert (len(kept), kept[-1]) == (10_000, added - 1)


async def test_what_could_not_be_written_is_written_as_soon_as_that_is_possible(memory: Memory) -> None:
    with full_disk():
        for why in ("first", "second"):
            await memory.history.record(attempt(why=why))

    await memory.history.record(attempt(why="third"))

    assert [row["why"] for row in await memory.history.last(20)] == ["third", "second", "first"]


async def test_what_could_not_be_written_is_written_by_a_later_look_if_nothing_else_ends(
    memory: Memory,
) -> None:
    with full_disk():
        await memory.history.record(attempt(why="first"))
    assert await memory.history.last(20) == []

    await memory.clear({"any container"}, set())

    assert [row["why"] for row in await memory.history.last(20)] == ["first"]


async def test_where_nothing_can_be_written_that_is_said_once_and_all_else_goes_on() -> None:
    memory = Memory(Path("/proc/nowhere"), here)

    for _ in range(2):
        await memory.history.expect(attempt())
        await memory.history.record(attempt())
        await memory.history.confirm("web")

    assert await memory.history.last(20) == []
    assert len(memory.database.unsaid()) == 1
