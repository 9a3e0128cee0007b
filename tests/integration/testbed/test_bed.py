"""Private engines do what the tests rely on, and leave nothing behind."""

import ipaddress
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.testbed import images, packages
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.processes import in_cgroups, run, wait_until
from tests.testbed.stack import Stack

ROOT = Path(__file__).parents[3]


def test_engine_is_the_version_that_was_asked_for(engine: PrivateEngine) -> None:
    wanted = packages.SETS[engine.version].version

    versions = engine.docker("version", "--format", "{{.Server.Version}} {{.Client.Version}}").split()

    assert all(version.startswith(wanted) for version in versions)


def test_containerd_store_is_used_exactly_where_asked_for(engine: PrivateEngine) -> None:
    driver_status = engine.docker("info", "--format", "{{.DriverStatus}}")

    assert ("io.containerd.snapshotter" in driver_status) == engine.containerd_store


def test_engine_keeps_its_containers_over_sigkill_and_start(engine: PrivateEngine, stack: Stack) -> None:
    web = stack.run(_app(stack), "--restart", "always", name=stack.name("web"))

    engine.kill()
    engine.start()

    stack.wait_for(web, lambda found: found["State"]["Running"])


def test_engine_keeps_its_containers_over_a_restart(engine: PrivateEngine, stack: Stack) -> None:
    web = stack.run(_app(stack), name=stack.name("web"))

    engine.restart()

    assert stack.inspect(web)["State"]["Status"] == "exited"


def test_containers_run_on_while_a_killed_engine_is_away(engine: PrivateEngine, stack: Stack) -> None:
    web = stack.run(_app(stack), name=stack.name("web"))
    pid = stack.inspect(web)["State"]["Pid"]

    engine.kill()

    assert pid in in_cgroups([web])


def test_down_leaves_nothing_of_the_engine_behind(engine_version: str) -> None:
    with PrivateEngine(engine_version) as own:
        own_stack = Stack(own)
        sleep = own_stack.name("sleep:1")
        own_stack.image(sleep, cmd=["sleep", "600"])
        container = own_stack.run(sleep, "--pid", "host", "--restart", "always")
        own.docker("network", "create", "other")
        daemon, bridges = own.pid, _interfaces(own.subnet)
        assert len(bridges) == 2

    assert not Path(f"/proc/{daemon}").exists()
    assert in_cgroups([container]) == set()
    assert not any(bridge in run("ip", "link") for bridge in bridges)
    assert str(own.directory) not in Path("/proc/self/mountinfo").read_text()
    assert not own.directory.exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_engine_does_not_outlive_a_run_that_was_killed(engine_version: str, how: signal.Signals) -> None:
    code = (
        f"from tests.testbed.engine import PrivateEngine; e = PrivateEngine({engine_version!r}).start();"
        "print(e.pid, e.directory, flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    pid, directory = process.stdout.readline().split()
    dockerd = os.pidfd_open(int(pid))

    process.send_signal(how)
    process.communicate()

    assert select.select([dockerd], [], [], 60)[0]
    os.close(dockerd)
    wait_until(lambda: not Path(directory).parent.exists(), "the keeper has cleared the ground")
    assert directory not in run("ip", "addr")


def test_two_engines_side_by_side_share_nothing(
    engine: PrivateEngine, engine_version: str, stack: Stack
) -> None:
    name = stack.name("web")
    stack.run(_app(stack), name=name)

    with PrivateEngine(engine_version) as other:
        other_stack = Stack(other)
        other_stack.run(_app(other_stack), name=name)
        addresses = [_address(stack.inspect(name)), _address(other_stack.inspect(name))]

        assert len(set(addresses)) == 2
        assert engine.docker("images", "-q", "--no-trunc") != ""
    assert stack.inspect(name)["State"]["Running"]


def test_engine_can_be_given_tcp_with_tls(
    engine_version: str, free_port: Callable[[], int], tmp_path: Path
) -> None:
    certificates = _certificates(tmp_path)
    host = f"tcp://127.0.0.1:{free_port()}"
    files = {f"tls{kind}": str(tmp_path / f"{kind}.pem") for kind in ("cacert", "cert", "key")}
    with PrivateEngine(engine_version, extra={"hosts": [host], "tlsverify": True, **files}) as own:
        trusted = [
            "--tlsverify",
            f"--tlscacert={certificates}/cacert.pem",
            f"--tlscert={certificates}/cert.pem",
        ]

        answer = own.docker("-H", host, *trusted, f"--tlskey={certificates}/key.pem", "version")
        refusal = own.docker("-H", host, "version", check=False)

    assert "Server" in answer
    assert "HTTP request to an HTTPS server" in refusal


def test_ports_are_free_and_given_once(free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    taken, first, second = free_port(), free_port(), free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        used = server.getsockname()[1]
        fresh = 19_999
        monkeypatch.setattr(random, "sample", lambda *_: [used, taken, first, second, fresh])

        assert free_port() == fresh
        with pytest.raises(BedError, match="no free port"):
            free_port()


def test_engine_leaves_addresses_alone_that_the_machine_uses(engine_version: str) -> None:
    with PrivateEngine(engine_version) as probe:
        address = probe.subnet[1]
    run("ip", "link", "add", "ctrused", "type", "bridge")
    try:
        run("ip", "addr", "add", f"{address}/32", "dev", "ctrused")
        with PrivateEngine(engine_version) as own:
            assert address not in own.subnet
    finally:
        run("ip", "link", "del", "ctrused")


def test_only_root_can_have_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(BedError, match="needs root"):
        PrivateEngine()


def _app(stack: Stack) -> str:
    name = stack.name("app:1")
    images.image(stack.engine, name)
    return name


def _address(container: dict[str, dict[str, dict[str, dict[str, str]]]]) -> str:
    return container["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]


def _interfaces(subnet: ipaddress.IPv4Network) -> list[str]:
    links = json.loads(run("ip", "-j", "addr"))
    return [
        str(link["ifname"])
        for link in links
        for info in link["addr_info"]
        if info["family"] == "inet" and ipaddress.IPv4Address(info["local"]) in subnet
    ]


def _certificates(directory: Path) -> Path:
    """One self-signed certificate that is authority, server and client at once."""
    extensions = ["subjectAltName=IP:127.0.0.1", "basicConstraints=critical,CA:true"]
    options = [word for extension in extensions for word in ("-addext", extension)]
    key, certificate = directory / "key.pem", directory / "cert.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bed", *options]
    run(*request, "-days", "2", "-keyout", key, "-out", certificate)
    (directory / "cacert.pem").write_bytes(certificate.read_bytes())
    return directory
