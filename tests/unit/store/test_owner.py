"""Whoever shares a state folder has one home, and nobody else has it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from watcher.model.names import Marker
from watcher.store.owner import home_of, owner_of


def test_a_folder_keeps_its_home(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "now"

    assert home_of(folder) == home_of(folder)
    assert [path.name for path in folder.iterdir()] == ["home"]


def test_all_who_begin_at_once_have_the_same_home(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        homes = set(threads.map(home_of, [tmp_path] * 64))

    assert len(homes) == 1


def test_two_folders_are_two_homes(tmp_path: Path) -> None:
    assert home_of(tmp_path / "a") != home_of(tmp_path / "b")


def test_where_nothing_can_be_written_the_home_is_the_process_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert home_of(tmp_path / "file" / "folder") != home_of(tmp_path / "file" / "folder")


@pytest.mark.parametrize("text", ["", "xyz", "0123456789", "\0", "ABCDEF01"])
def test_what_cannot_be_read_is_nobodys_home(tmp_path: Path, text: str) -> None:
    (tmp_path / "home").write_text(text)

    assert home_of(tmp_path) != home_of(tmp_path)


def test_an_owner_is_a_home_and_what_is_new_each_time() -> None:
    owners = {owner_of("01234567") for _ in range(16)}

    assert len(owners) > 1
    assert all(
        Marker("web", "new", "r", "0" * 12, owner=each).owner.startswith("01234567") for each in owners
    )
    assert all(Marker.parse(f"web.ctr-updater-new-r-{'0' * 12}-{each}") for each in owners)
