"""What the daemon writes down of itself, and what is read from it."""

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.state import full_disk
from watcher.store.heartbeat import Pulse, what_is_wrong

Make = Callable[..., Pulse]


@pytest.fixture
def beating() -> Iterator[Make]:
    """A function that makes a pulse and lets it beat once; afterwards all are stopped."""
    made: list[Pulse] = []

    def make(folder: Path, allowance: float = 60) -> Pulse:
        made.append(Pulse(folder, allowance))
        made[-1].beat()
        return made[-1]

    yield make
    for pulse in made:
        pulse.stop()


def test_a_beat_is_good_for_its_allowance(beating: Make, tmp_path: Path) -> None:
    beating(tmp_path)

    assert what_is_wrong(tmp_path) == ""


def test_a_beat_that_is_too_old_is_told_with_its_age(
    beating: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    beating(tmp_path, -90)

    assert "overdue by 90 s" in what_is_wrong(tmp_path)


def test_no_beat_is_told_with_the_place(tmp_path: Path) -> None:
    assert str(tmp_path) in what_is_wrong(tmp_path)


def test_a_daemon_that_stopped_is_in_trouble(beating: Make, tmp_path: Path) -> None:
    beating(tmp_path).stop()

    assert what_is_wrong(tmp_path)


def test_a_daemon_that_runs_and_does_not_reach_the_engine_is_not_said_to_be_away(
    beating: Make, tmp_path: Path
) -> None:
    beating(tmp_path).stop()

    assert what_is_wrong(tmp_path).endswith(
        " - is `watcher run` running, with the same state directory? If so, it does not reach the engine:"
        " see its log"
    )


def test_the_end_of_one_of_two_daemons_is_not_that_of_the_other(beating: Make, tmp_path: Path) -> None:
    first = beating(tmp_path)
    other = beating(tmp_path)

    first.stop()
    assert (tmp_path / "health.json").exists()
    other.beat()
    assert what_is_wrong(tmp_path) == ""

    other.stop()
    assert not (tmp_path / "health.json").exists()


def test_a_daemon_that_was_killed_is_in_trouble_at_once(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys; from watcher.store.heartbeat import Pulse\n"
        "pulse = Pulse(pathlib.Path(sys.argv[1]), 60); pulse.beat(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)

    assert list(tmp_path.iterdir())
    assert what_is_wrong(tmp_path)


def test_a_daemon_that_goes_on_is_well_again(beating: Make, tmp_path: Path) -> None:
    pulse = beating(tmp_path)
    pulse.stop()
    pulse.beat()

    assert what_is_wrong(tmp_path) == ""


@pytest.mark.parametrize("how", [fcntl.LOCK_EX, fcntl.LOCK_SH], ids=["daemon", "healthy"])
def test_a_daemon_that_began_while_another_process_held_the_lock_is_well_once_that_has_ended(
    beating: Make, tmp_path: Path, how: int
) -> None:
    with (tmp_path / "health.lock").open("w") as lock:
        fcntl.flock(lock, how)
        pulse = beating(tmp_path)

    pulse.beat()

    assert what_is_wrong(tmp_path) == ""


def test_a_folder_that_was_removed_and_came_back_holds_the_sign_of_life_again(
    beating: Make, tmp_path: Path
) -> None:
    pulse = beating(tmp_path / "state")
    shutil.rmtree(tmp_path / "state")
    assert what_is_wrong(tmp_path / "state")

    pulse.beat()

    assert what_is_wrong(tmp_path / "state") == ""


def test_the_lock_that_was_removed_alone_is_held_anew(beating: Make, tmp_path: Path) -> None:
    pulse = beating(tmp_path)
    (tmp_path / "health.lock").unlink()

    pulse.beat()

    assert what_is_wrong(tmp_path) == ""


def test_the_folder_is_made(beating: Make, tmp_path: Path) -> None:
    beating(tmp_path / "a/b")

    assert what_is_wrong(tmp_path / "a/b") == ""


def test_many_beats_leave_no_more_than_one(beating: Make, tmp_path: Path) -> None:
    pulse = beating(tmp_path)
    after_one = set(tmp_path.iterdir())

    for _ in range(3):
        pulse.beat()

    assert set(tmp_path.iterdir()) == after_one


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"until": "soon"}', "null", "\x00"])
def test_a_file_that_cannot_be_read_is_trouble(beating: Make, tmp_path: Path, content: str) -> None:
    beating(tmp_path)
    (file,) = tmp_path.glob("*.json")
    file.write_text(content)

    assert str(file) in what_is_wrong(tmp_path)


def test_a_folder_that_cannot_be_written_is_no_error(beating: Make) -> None:
    beating(Path("/proc/nowhere"))

    assert what_is_wrong(Path("/proc/nowhere"))


def test_a_clock_that_is_set_hides_no_silence(
    beating: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ran two years ahead, is right again, and the daemon has been frozen for half an hour since."""
    right = time.time()
    monkeypatch.setattr(time, "time", lambda: right + 730 * 86400)
    beating(tmp_path)
    monkeypatch.setattr(time, "time", lambda: right)
    later = time.monotonic() + 1800
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert "overdue by 17" in what_is_wrong(tmp_path)


def test_on_a_full_disk_nothing_is_left_behind(beating: Make, tmp_path: Path) -> None:
    with full_disk():
        beating(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["health.lock"]
