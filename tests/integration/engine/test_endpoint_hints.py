"""Where the engine cannot be reached the way that was asked for, the line says what may be wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.outcomes import line_of
from tests.testbed.cli import Commands
from tests.testbed.processes import run
from tests.testbed.speaker import speaker

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A folder as DOCKER_CERT_PATH takes it."""
    names = ("-keyout", tmp_path / "key.pem", "-out", tmp_path / "ca.pem")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bed", *names)
    (tmp_path / "cert.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    return tmp_path


def test_a_name_that_does_not_resolve(cli: Commands) -> None:
    line = line_of(cli("ctr-updater", env={"DOCKER_HOST": "tcp://no-such-host.invalid:2375"}), 4)

    assert "no connection to tcp://no-such-host.invalid:2375: " in line
    assert " - check the name in DOCKER_HOST; " in line


def test_a_port_that_nobody_listens_on(cli: Commands, free_port: Callable[[], int]) -> None:
    line = line_of(cli("ctr-updater", env={"DOCKER_HOST": f"tcp://127.0.0.1:{free_port()}"}), 4)

    assert line.endswith(
        " - no Docker listens on that port: often it is 2375, or 2376 with TLS; see DOCKER_HOST"
    )


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        PLAIN,
    ],
    ids=["ssh", "html", "404", "json"],
)
def test_a_port_where_something_else_listens(cli: Commands, said: bytes) -> None:
    with speaker(said) as host:
        line = line_of(cli("ctr-updater", env={"DOCKER_HOST": host}), 4)

    assert line == f"what answers at {host} is no Docker engine - see DOCKER_HOST and `docker context ls`"


def test_a_port_that_speaks_no_tls(cli: Commands, certificates: Path) -> None:
    environ = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certificates)}
    with speaker(PLAIN) as host:
        line = line_of(cli("ctr-updater", env={"DOCKER_HOST": host, **environ}), 4)

    assert f"no connection to {host}: " in line
    assert " - does it speak TLS there? Unset DOCKER_TLS_VERIFY and DOCKER_TLS, or " in line


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:2376", "unix:///var/run/docker.sock"])
@pytest.mark.parametrize("variable", ["DOCKER_TLS_VERIFY", "DOCKER_TLS"])
def test_certificates_that_are_not_there_are_an_error_as_the_docker_command_has_it(
    cli: Commands, tmp_path: Path, variable: str, host: str
) -> None:
    environ = {"DOCKER_HOST": host, variable: "1", "DOCKER_CERT_PATH": str(tmp_path)}

    line = line_of(cli("ctr-updater", env=environ), 4)

    assert line.startswith(f"cannot use the TLS certificates in {tmp_path}: there is no ca.pem")
    assert " - set DOCKER_CERT_PATH to the folder that has them, or unset " in line


def test_a_time_zone_that_is_not_known_is_2(cli: Commands) -> None:
    line = line_of(cli("watcher", "run", "--once", env={"TZ": "Europe/Pariss"}), 2)

    assert line.startswith("TZ='Europe/Pariss' cannot be read - ")
    assert line.endswith("did you mean Europe/Paris?")
