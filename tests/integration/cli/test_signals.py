"""A signal ends a command at once, or when what it began is safe; the code says which signal."""

import os
import pty
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import CRASHES, QUICK, outdated, published
from tests.integration.outcomes import ended, line_of, signalled, without_progress
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.relay import When
from tests.testbed.stack import Stack


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_a_pull_ends_it(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry, number: signal.Signals, code: int
) -> None:
    web = published(stack, registry)
    hold = Hold()
    proxy.arm(hold, match="^POST /images/create", when="after")
    process = cli.start("ctr-updater", "--pull", "--autoupdate", web.name, env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)

    done = signalled(process, number)

    assert (done.code, done.out) == (code, "")
    assert without_progress(done) == f"stopped by {number.name}; nothing is half done\n"
    assert stack.exists(web.cid)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
@pytest.mark.parametrize(
    "call", ["POST /containers/create", "POST .*/stop", "POST .*/rename", "POST .*/start"]
)
def test_a_signal_in_the_middle_of_an_update_undoes_it(
    cli: Commands, stack: Stack, proxy: Proxy, number: signal.Signals, code: int, call: str
) -> None:
    web = outdated(stack)
    hold = Hold()
    proxy.arm(hold, match=f"^{call}", when="after")
    process = cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host} | QUICK)
    assert hold.reached.wait(60)
    process.send_signal(number)
    proxy.disarm()

    done = ended(process)

    assert line_of(done, code) == f"stopped by {number.name}; nothing is half done"
    assert list(stack.containers()) == [web.name]
    assert stack.inspect(web.name)["Id"] == web.cid
    assert stack.inspect(web.name)["State"]["Running"]


@pytest.mark.parametrize(
    ("call", "when"),
    [
        pytest.param("^POST .*{cid}/start", "after", id="as the old container is started"),
        pytest.param("^GET .*/logs", "before", id="as the last words of the new one are read"),
    ],
)
def test_a_signal_while_a_failure_is_undone_is_obeyed_once_it_is(
    cli: Commands, stack: Stack, proxy: Proxy, call: str, when: When
) -> None:
    web, side = outdated(stack, new={"cmd": "exit 3"}), outdated(stack, name="side")
    hold = Hold()
    proxy.arm(hold, match=call.format(cid=web.cid), when=when)
    names = ("watcher", "update", "--no-pull", web.name, side.name)
    process = cli.start(*names, env={"DOCKER_HOST": proxy.host} | CRASHES)
    assert hold.reached.wait(60)
    process.send_signal(signal.SIGTERM)
    proxy.disarm()

    done = ended(process)

    assert line_of(done, 143) == "stopped by SIGTERM; nothing is half done"
    assert {stack.inspect(app.name)["Id"] for app in (web, side)} == {web.cid, side.cid}
    assert stack.inspect(web.name)["State"]["Running"]
    assert "failed on" in cli("watcher", "check", web.name).out


@pytest.fixture
def loading(cli: Commands, tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """A function that starts a command whose first module stands still, until a signal has come."""
    (tmp_path / "aiodocker.py").write_text(
        "import time\nprint('loading', flush=True)\nwhile True:\n    time.sleep(0.1)\n"
    )

    def begun(*command: str) -> "subprocess.Popen[str]":
        process = cli.start(*command, env={"PYTHONPATH": str(tmp_path)})
        assert process.stdout
        assert process.stdout.readline() == "loading\n"
        return process

    return begun


def test_an_interrupt_while_the_program_still_loads_is_130(
    loading: Callable[..., "subprocess.Popen[str]"],
) -> None:
    done = signalled(loading("ctr-updater", "web"), signal.SIGINT)

    assert line_of(done, 130) == "stopped by SIGINT; nothing was begun"


def test_a_daemon_that_still_loads_goes_on_at_a_hang_up_which_has_it_look_at_everything(
    loading: Callable[..., "subprocess.Popen[str]"],
) -> None:
    process = loading("watcher", "run")
    process.send_signal(signal.SIGHUP)

    done = signalled(process, signal.SIGTERM)

    assert (done.code, done.err) == (0, "")


def test_a_pass_that_still_loads_ends_at_a_hang_up(loading: Callable[..., "subprocess.Popen[str]"]) -> None:
    done = signalled(loading("watcher", "run", "--once"), signal.SIGHUP)

    assert done.code == -signal.SIGHUP


def after(statement: str, *command: str) -> tuple[str, ...]:
    """A command whose process does something before it becomes that command."""
    script = f"import fcntl, os, signal, sys, termios; {statement}; os.execvp(sys.argv[1], sys.argv[1:])"
    return ("python", "-c", script, *command)


def test_a_terminal_that_hangs_up_leaves_a_whole_container(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop", when="after")
    leader, follower = pty.openpty()
    streams = {"stdin": follower, "stdout": follower, "stderr": follower}
    process = cli.start(
        *after("fcntl.ioctl(0, termios.TIOCSCTTY, 0)", "ctr-updater", "--autoupdate", web.name),
        env={"DOCKER_HOST": proxy.host} | QUICK,
        start_new_session=True,
        **streams,
    )
    os.close(follower)
    assert hold.reached.wait(60)

    os.close(leader)
    proxy.disarm()

    assert process.wait(timeout=60) == 143
    assert list(stack.containers()) == [web.name]
    assert (stack.inspect(web.name)["Id"], stack.inspect(web.name)["State"]["Running"]) == (web.cid, True)


def test_who_was_told_to_outlive_its_terminal_does(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    hold = Hold()
    proxy.arm(hold, match="^POST .*/stop", when="after")
    ignoring = after(
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)", "watcher", "update", "--no-pull", web.name
    )
    process = cli.start(*ignoring, env={"DOCKER_HOST": proxy.host} | QUICK)
    assert hold.reached.wait(60)

    process.send_signal(signal.SIGHUP)
    hold.release()

    assert ended(process).code == 0
    assert stack.inspect(web.name)["Id"] != web.cid
