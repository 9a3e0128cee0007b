"""A state directory that cannot be written is said at the start, and by `watcher healthy`."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import ENVIRON, Running, Start
from tests.testbed.cli import Commands, Result
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

# Root, without what lets root look into whatever folder there is.
_BARRED = (
    *("python", "-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"),
    *("setpriv", "--bounding-set", "-dac_override,-dac_read_search"),
    Path(sys.executable).parent / "watcher",
)


@pytest.fixture
def unwritable(tmp_path: Path) -> Path:
    """A folder that cannot be made, by root either."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "state"


def test_it_is_said_once_at_the_start_and_everything_else_goes_on(
    start: Start, stack: Stack, unwritable: Path
) -> None:
    web = labelled(stack)
    daemon = start(env={"CTR_UPDATER_STATE_DIR": str(unwritable)})

    line = daemon.wait("nothing can be remembered")
    daemon.wait("engine followed")
    move(stack, web)
    daemon.wait("container updated", container=web.name)

    assert daemon.lines[0] == line
    assert str(unwritable) in line["why"]
    assert daemon.stop() == 0
    assert len(daemon.said("nothing can be remembered")) == 1
    assert is_replaced(stack, web)


def test_an_image_that_failed_is_not_tried_again_all_the_same(
    start: Start, stack: Stack, unwritable: Path
) -> None:
    web, fence = outdated(stack, *LOCAL, *PATIENT, new={"cmd": "exit 3"}), labelled(stack, name="fence")
    daemon = start(hurried=True, env={"CTR_UPDATER_STATE_DIR": str(unwritable)})
    line = daemon.wait("update rolled back", container=web.name)

    for marker in ("new", "newer"):
        move(stack, fence, marker=marker)
        daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert line["again_in_s"] is None
    assert len(daemon.said("update planned", container=web.name)) == 1
    assert is_untouched(stack, web)


def test_files_that_are_nested_deeply_break_neither_a_pass_nor_the_list(
    once: Callable[..., Result], cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, *LOCAL, *PATIENT, new={"cmd": "exit 3"})
    assert once().code == 6
    files = [path for path in cli.state.rglob("*.json") if path.is_file()]
    for path in files:
        path.write_text("[" * 100_000)

    listed, passed = cli("watcher", "list"), once()

    assert files
    assert (listed.code, "update available" in listed.out) == (0, True)
    assert passed.code == 6
    assert "unexpected" not in listed.err + passed.err
    assert is_untouched(stack, web)


def test_it_is_said_before_there_is_an_engine(start: Start, unwritable: Path) -> None:
    daemon = start(host="unix:///nonexistent", env={"CTR_UPDATER_STATE_DIR": str(unwritable)})

    daemon.wait("engine gone")

    assert daemon.lines[0]["event"] == "nothing can be remembered"


def test_once_says_it_too(once: Callable[..., Result], unwritable: Path) -> None:
    done = once(env={"CTR_UPDATER_STATE_DIR": str(unwritable)})

    assert (done.code, done.err.count("nothing can be remembered")) == (0, 1)


def test_healthy_says_that_and_does_not_ask_whether_the_daemon_runs(cli: Commands, unwritable: Path) -> None:
    done = cli("watcher", "healthy", env={"CTR_UPDATER_STATE_DIR": str(unwritable)})

    assert (done.code, done.out) == (1, "")
    assert f"the state directory {unwritable} cannot be written: " in done.err
    assert "running" not in done.err


def test_where_it_can_be_written_the_question_stays_and_nothing_is_left_there(cli: Commands) -> None:
    done = cli("watcher", "healthy")

    assert (done.code, "is `watcher run` running" in done.err) == (1, True)
    assert not cli.state.exists()


def test_one_that_is_removed_while_the_daemon_runs_is_made_anew_and_tells_that_it_is_well(
    daemon: Running, stack: Stack, cli: Commands
) -> None:
    web = labelled(stack)
    assert cli("watcher", "healthy").code == 0
    shutil.rmtree(cli.state)

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    wait_until(lambda: cli("watcher", "healthy").code == 0, "its sign of life")
    assert cli("watcher", "history", web.name).out
    assert daemon.stop() == 0


@pytest.fixture
def barred(cli: Commands) -> Iterator[Path]:
    """The state directory, into which nobody may look who has no capability for that."""
    cli.state.mkdir(mode=0o000)
    yield cli.state
    cli.state.chmod(0o700)


def test_one_that_nobody_lets_it_look_into_ends_neither_the_daemon_nor_a_command(
    cli: Commands, stack: Stack, barred: Path
) -> None:
    web = outdated(stack, *LOCAL)
    names = ("update", "hold", "rollback")
    commands = [("list",), ("check", web.name), *((each, web.name) for each in names)]
    process = cli.start(*_BARRED, "run", env=ENVIRON)
    daemon = Running(process, cli.state)

    daemon.wait("nothing can be remembered")
    line = daemon.wait("container held", container=web.name)

    assert f"{barred}/database.sqlite cannot be used: reading failed: Permission denied" in line["why"]
    done = {command: cli(*_BARRED, *command) for command in commands}
    assert [each.code for each in done.values()] == [0, 1, 7, 7, 7]
    assert [command for command, each in done.items() if "unexpected" in each.err] == []
    assert daemon.stop() == 0
    assert is_untouched(stack, web)
