"""Locks leave no file behind, and removing one never lets two in."""

import multiprocessing
import os
from collections.abc import Iterable
from multiprocessing.synchronize import Barrier
from pathlib import Path

from watcher.store import file_lock
from watcher.store.file_lock import locked

PROCESSES, ROUNDS = 4, 300


def test_a_lock_leaves_no_file(tmp_path: Path) -> None:
    with locked(tmp_path / "locks" / "web") as ours:
        assert ours

    assert list((tmp_path / "locks").iterdir()) == []


def test_a_lock_that_another_holds_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "web"
    with locked(path):
        with locked(path) as ours:
            assert not ours
        file_lock.clear(tmp_path)
        assert path.exists()
        with locked(path) as ours:
            assert not ours


def test_the_locks_of_killed_processes_are_removed(tmp_path: Path) -> None:
    for name in ("web", "db"):
        (tmp_path / name).write_text("")

    file_lock.clear(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    """Whoever opened the file before its holder removed it would hold what nobody else finds."""
    path = tmp_path / "web"
    with locked(path):
        path.unlink()
        with locked(path) as ours:
            assert ours
            with locked(path) as second:
                assert not second


def _enter(path: Path, mark: Path, start: Barrier) -> None:
    start.wait()
    for _ in range(ROUNDS):
        with locked(path) as ours:
            if ours:
                os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
                mark.unlink()
        file_lock.clear(path.parent)


def _codes(processes: Iterable[multiprocessing.Process]) -> list[int | None]:
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def test_never_two_are_in_at_once(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "web"
    start = multiprocessing.Barrier(PROCESSES)
    processes = [
        multiprocessing.Process(target=_enter, args=(path, tmp_path / "mark", start))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()

    assert _codes(processes) == [0] * PROCESSES
