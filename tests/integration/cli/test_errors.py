"""Every error is one line on standard error and the code that goes with it; nothing on standard output."""

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import current, outdated, published
from tests.integration.outcomes import ended, line_of, signalled, without_progress
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import answer, cut
from tests.testbed.faults import run as run_and
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.speaker import listener, speaker
from tests.testbed.stack import Stack

EVERY_COMMAND = [
    ("ctr-updater",),
    ("ctr-updater", "web"),
    ("ctr-updater", "--pull", "--autoupdate", "web"),
    ("watcher", "check", "web"),
    ("watcher", "check", "--remote", "web"),
    ("watcher", "update", "web"),
    ("watcher", "list"),
]


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_without_an_engine_every_command_is_4_and_says_what_to_do(
    cli: Commands, tmp_path: Path, command: tuple[str, ...]
) -> None:
    nowhere = f"unix://{tmp_path}/docker.sock"

    line = line_of(cli(*command, env={"DOCKER_HOST": nowhere}), 4)

    what, _, why = line.partition(": ")
    assert what.startswith("cannot ")
    assert why == (
        f"no connection to {nowhere}: No such file or directory"
        " - is Docker running? Set DOCKER_HOST if it listens elsewhere"
    )


def test_a_socket_that_nobody_serves_is_4(cli: Commands, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "docker.sock"))

    host = f"unix://{tmp_path}/docker.sock"
    line = line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)

    assert "Connection refused - is Docker running?" in line


def test_a_socket_without_permission_is_4_and_names_the_group(cli: Commands, proxy: Proxy) -> None:
    """Root without its capabilities is refused like anybody else, and can read the program wherever it is."""
    proxy.socket.chmod(0)
    dropped = ("--bounding-set=-all", "--inh-caps=-all", "ctr-updater")
    environ = {"DOCKER_HOST": proxy.host}
    process = cli.start("ctr-updater", *dropped, env=environ, executable="/usr/bin/setpriv")

    line = line_of(ended(process), 4)

    assert line.endswith(
        ": Permission denied - join the group that owns the socket (often docker), or use sudo"
    )


@pytest.mark.parametrize(
    "host",
    [
        "nonsense",
        "unix://",
        "unix://relative.sock",
        "tcp://",
        "tcp://:2375",
        "tcp://h:x",
        "tcp://h:99999",
        "ftp://h",
        "tcp://h/p",
        "://",
    ],
)
def test_a_nonsense_docker_host_is_4_and_quoted(cli: Commands, host: str) -> None:
    line = line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)

    assert line == (
        f"cannot reach the engine at {host!r} (DOCKER_HOST): no such address"
        " - use unix:///path/to/docker.sock or tcp://host:port"
    )


def test_ssh_is_said_not_to_be_spoken(cli: Commands) -> None:
    line = line_of(cli("ctr-updater", env={"DOCKER_HOST": "ssh://me@host"}), 4)

    assert "ssh is not spoken here - forward the socket" in line


def test_a_refused_tcp_connection_is_4(cli: Commands, free_port: Callable[[], int]) -> None:
    host = f"tcp://127.0.0.1:{free_port()}"

    assert f"no connection to {host}: " in line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)


def test_a_host_that_has_no_address_is_4(cli: Commands) -> None:
    host = "tcp://no-such-host.invalid:2375"

    assert f"no connection to {host}: " in line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"ApiVersion"',
    ],
    ids=["nothing", "ssh", "html", "no version", "null", "cut"],
)
def test_whoever_is_no_engine_is_4(cli: Commands, said: bytes) -> None:
    with speaker(said) as host:
        line = line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)

    assert host in line


@pytest.mark.parametrize("command", EVERY_COMMAND)
@pytest.mark.parametrize("fault", [cut, answer(500, "the disk\nis full")], ids=["cut", "500"])
def test_an_engine_that_breaks_off_or_fails_is_4(
    cli: Commands, proxy: Proxy, command: tuple[str, ...], fault: Callable[..., bytes]
) -> None:
    proxy.arm(fault, match="^GET /containers", times=9)

    line = line_of(cli(*command, env={"DOCKER_HOST": proxy.host}), 4)

    assert line.startswith("cannot ")
    assert "the disk is full" in line or proxy.host in line


def test_what_a_killed_engine_left_in_containerd_is_said_with_the_command_that_ends_it(
    cli: Commands, proxy: Proxy
) -> None:
    proxy.arm(answer(500, f"task {'7' * 64}: already exists"), match="^GET /containers")

    line = line_of(cli("ctr-updater", "web", env={"DOCKER_HOST": proxy.host}), 4)

    assert f"`pkill -KILL -f 'containerd-shim.*-id {'7' * 12}'`" in line


def test_an_engine_killed_in_the_middle_of_a_call_is_4(
    cli: Commands, stack: Stack, engine: PrivateEngine, proxy: Proxy
) -> None:
    web = current(stack)
    proxy.arm(run_and(engine.kill), match="^GET /images")

    assert proxy.host in line_of(cli("ctr-updater", web.name, env={"DOCKER_HOST": proxy.host}), 4)


def test_an_engine_killed_in_the_middle_of_a_pull_is_4(
    cli: Commands, stack: Stack, engine: PrivateEngine, proxy: Proxy, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)
    proxy.arm(run_and(engine.kill), match="^POST /images/create", when="after")

    done = cli("ctr-updater", "--pull", web.name, env={"DOCKER_HOST": proxy.host})

    assert (done.code, done.out) == (4, "")
    assert without_progress(done).count("\n") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_engine_is_silent_is_no_answer(
    cli: Commands, number: signal.Signals, code: int
) -> None:
    """Python's own code for an interrupt is 1: that an update is available."""
    with listener() as (listening, host):
        process = cli.start("ctr-updater", "web", env={"DOCKER_HOST": host})
        connection, _ = listening.accept()
        assert connection.recv(1)

        done = signalled(process, number)
        connection.close()

    assert line_of(done, code) == f"stopped by {number.name}; nothing is half done"


def test_an_error_of_the_programs_own_is_never_0_or_1(cli: Commands, tmp_path: Path) -> None:
    (tmp_path / "aiodocker.py").write_text("raise RuntimeError('broken')\n")

    line = line_of(cli("ctr-updater", "web", env={"PYTHONPATH": str(tmp_path)}), 5)

    assert line == "unexpected RuntimeError: broken - run it with --debug and report it"


def test_with_debug_the_line_is_followed_by_where_it_came_from(cli: Commands, tmp_path: Path) -> None:
    done = cli("ctr-updater", "--debug", env={"DOCKER_HOST": f"unix://{tmp_path}/none"})

    assert done.code == 4
    assert "Traceback (most recent call last)" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("ctr-updater", "--no-such-option"),
        ("ctr-updater", "one", "two"),
        ("watcher", "no-such-command"),
        ("watcher", "check"),
        ("watcher", "update"),
        ("watcher", "check", "--pull", "--remote", "web"),
    ],
)
def test_a_usage_error_is_2_and_says_what_is_wrong(cli: Commands, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)

    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err


def test_a_variable_that_cannot_be_read_is_2(cli: Commands) -> None:
    line = line_of(cli("ctr-updater", env={"CTR_UPDATER_STABLE_FOR": "soon"}), 2)

    assert line.startswith("CTR_UPDATER_STABLE_FOR='soon' cannot be read - it takes a duration")


def test_a_label_that_cannot_be_read_starts_no_update(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--label", "ctr-updater.stable-for=soon")

    line = line_of(cli("watcher", "update", "--no-pull", web.name), 2)

    assert "ctr-updater.stable-for='soon' cannot be read" in line
    assert stack.inspect(web.name)["Id"] == web.cid


def test_output_that_nobody_reads_is_no_answer(cli: Commands, stack: Stack) -> None:
    """`watcher check web | true`: whatever comes of it, never a traceback, and never `up to date`."""
    web = outdated(stack)
    reader, writer = os.pipe()
    os.close(reader)
    process = cli.start("watcher", "check", web.name, stdout=writer)
    os.close(writer)

    done = ended(process)

    assert done.code != 0
    assert "Traceback" not in done.err
