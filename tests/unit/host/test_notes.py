"""What is noted of an open update: kept as it was, for its engine alone, and forgotten at the end."""

import os
from pathlib import Path

import pytest

from tests.unit.state import away
from watcher.container.recreate import Payload
from watcher.container.successor import Draft
from watcher.host.notes import Note, Noted, Notes
from watcher.model.names import Marker
from watcher.store import file_lock

OLD, NEW = "a" * 64, "b" * 64
DRAFT = Draft(
    Payload(
        {"Image": "web:1", "Env": ["A=ä"]}, "linux/arm64", {"net": {"Aliases": ["x"]}}, frozenset({"net"}), ()
    ),
    "sha256:1",
    bytes(range(256)),
)


def note(name: str = "web", *others: str) -> Note:
    parts = [
        Noted(
            Marker(each, "new", "r", OLD[:12], always=True, owner="0123456789ab"), OLD, OLD, NEW, DRAFT, DRAFT
        )
        for each in (name, *others)
    ]
    return Note(name, 12.5, tuple(parts), {"1": {"Name": "net"}})


def notes(folder: Path, engine: str = "one") -> Notes:
    async def identify() -> str:
        return engine

    return Notes(folder, identify)


def spoil(folder: Path, text: str) -> None:
    (path,) = folder.rglob("*.json")
    path.write_text(text)


def written(folder: Path, name: str) -> Path:
    return next(path for path in folder.rglob("*.json") if path.stem == name)


async def test_a_note_is_read_by_the_next_process_as_it_was_written(tmp_path: Path) -> None:
    kept = note("web", "side")
    await notes(tmp_path).keep(kept)

    assert await notes(tmp_path).of("side") == [kept]
    assert await notes(tmp_path).names() == {"web", "side"}


async def test_a_note_is_its_engines_own(tmp_path: Path) -> None:
    await notes(tmp_path).keep(note())

    assert await notes(tmp_path, "other").names() == frozenset()


async def test_a_note_is_replaced_and_forgotten(tmp_path: Path) -> None:
    kept = notes(tmp_path)
    await kept.keep(note())
    renewed = note().renewed(note().parts[0], "c" * 64)
    await kept.keep(renewed)

    assert await kept.of("web") == [renewed]
    assert renewed.parts[0].ids == ("c" * 64, OLD)

    for _ in range(2):
        await kept.drop(note())
    assert await notes(tmp_path).names() == frozenset()


async def test_without_a_part_the_note_still_says_whose_update_it_is() -> None:
    left = note("web", "side").without(note().parts[0])

    assert left.names == {"web"}


async def test_what_cannot_be_written_is_kept_by_this_process_and_said_once(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("in the way")
    kept = notes(tmp_path)

    await kept.keep(note())

    assert await kept.of("web") == [note()]
    assert "open" in kept.said_once()
    assert not kept.said_once()
    await kept.drop(note())
    assert await kept.of("web") == []


async def test_each_time_that_it_cannot_be_written_is_said(tmp_path: Path) -> None:
    kept, said = notes(tmp_path / "state"), list[bool]()
    await kept.keep(note())

    for name in ("db", "app"):
        with away(tmp_path / "state"):
            await kept.keep(note(name))
            said += [bool(kept.said_once()), bool(kept.said_once())]
        await kept.keep(note())
        said.append(bool(kept.said_once()))

    assert said == [True, False, False] * 2
    assert await notes(tmp_path / "state").names() == {"web", "db", "app"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"name": "web", "parts": [{}]}', '{"parts": [{"marker": "web"}], "since": 1}'],
)
async def test_a_file_that_is_no_note_says_nothing(tmp_path: Path, text: str) -> None:
    kept = notes(tmp_path)
    await kept.keep(note())
    spoil(tmp_path, text)

    assert await kept.names() == frozenset()


@pytest.mark.parametrize("is_held", [False, True])
async def test_what_is_of_long_ago_is_cleared_away_unless_somebody_is_at_work_on_it(
    tmp_path: Path, *, is_held: bool
) -> None:
    kept = notes(tmp_path)
    await kept.keep(note("young"))
    await kept.keep(note("web"))
    path = written(tmp_path, "web")
    (draft := path.parent / "tmp-1").write_text("PASSWORD")
    for each in (path, draft):
        os.utime(each, (1e9, 1e9))

    with file_lock.locked(tmp_path / "locks" / path.parent.name / ("web" if is_held else "other")):
        await kept.clear()

    assert await kept.names() == ({"young", "web"} if is_held else {"young"})
    assert not draft.exists()
