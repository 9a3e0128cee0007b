"""A request that failed is an error of its kind: what was tried, on what, what was answered, what to do."""

import socket
import ssl

import pytest

from watcher.engine import request_errors
from watcher.engine.endpoint import Endpoint
from watcher.model.errors import (
    Barred,
    Conflict,
    EngineError,
    EngineUnavailable,
    NoAnswer,
    NotFound,
    TaskLeft,
)

AT = Endpoint(shown="unix:///run/docker.sock", socket="/run/docker.sock")
OVER_TCP = Endpoint(shown="tcp://nas:2375", url="http://nas:2375")
CID = "0123456789ab" + 52 * "c"


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (409, Conflict), (500, EngineError), (400, EngineError)]
)
def test_a_refusal_is_of_its_status(status: int, kind: type[EngineError]) -> None:
    error = request_errors.refused("start web", status, "no such thing")

    assert (type(error), error.status) == (kind, status)
    assert error.message == "cannot start web: the engine says: no such thing"


def test_a_task_that_a_killed_engine_left_is_told_with_the_command_that_removes_it() -> None:
    error = request_errors.refused("start web", 409, f'failed: task {CID}: already exists: "x"')

    assert type(error) is TaskLeft
    assert "`pkill -KILL -f 'containerd-shim.*-id 0123456789ab'`" in error.advice


def test_an_engine_that_wants_tls_says_how() -> None:
    error = request_errors.refused("list", 400, "Client sent an HTTP request to an HTTPS server.")

    assert "DOCKER_TLS_VERIFY=1" in error.advice


def test_a_proxy_that_refuses_is_no_engine_that_does() -> None:
    error = request_errors.barred("rename web", AT, "POST /containers/web/rename")

    assert (type(error), error.status) == (Barred, 403)
    assert "a proxy in front of the engine at unix:///run/docker.sock does not let" in error.message
    assert "POST /containers/web/rename" in error.message
    assert "docs/socket-proxy.md" in error.advice


def test_a_proxy_without_its_engine_is_an_engine_that_is_away() -> None:
    error = request_errors.away("list", AT, "503 Service Unavailable")

    assert type(error) is EngineUnavailable
    assert "cannot reach it: 503 Service Unavailable" in error.message


@pytest.mark.parametrize(
    ("seconds", "said"), [(60.0, "did not answer within 60 s"), (None, "did not answer")]
)
def test_an_engine_that_is_silent_is_told_with_how_long(seconds: float | None, said: str) -> None:
    error = request_errors.unanswered("list", AT, seconds)

    assert type(error) is NoAnswer
    assert error.message == f"cannot list: the engine at unix:///run/docker.sock {said}"


@pytest.mark.parametrize(("cause", "said"), [(OSError("reset"), "reset"), (ValueError(), "ValueError")])
def test_a_connection_that_breaks_off_says_why_even_without_words(cause: Exception, said: str) -> None:
    error = request_errors.broken_off("list", AT, cause)

    assert type(error) is EngineUnavailable
    assert error.message.endswith(f"broke off: {said}")


@pytest.mark.parametrize(
    ("cause", "at", "advice"),
    [
        (FileNotFoundError(2, "No such file"), AT, "is Docker running?"),
        (ConnectionRefusedError(111, "Connection refused"), OVER_TCP, "no Docker listens on that port"),
        (PermissionError(13, "Permission denied"), AT, "join the group that owns the socket"),
        (socket.gaierror(-2, "Name or service not known"), OVER_TCP, "check the name in DOCKER_HOST"),
        (ssl.SSLCertVerificationError("self-signed"), OVER_TCP, "ca.pem in DOCKER_CERT_PATH"),
        (ssl.SSLError("wrong version number"), OVER_TCP, "does it speak TLS there?"),
        (None, AT, "see the engine's log"),
    ],
    ids=str,
)
def test_what_to_do_without_a_connection_follows_from_its_cause(
    cause: BaseException | None, at: Endpoint, advice: str
) -> None:
    error = request_errors.unreachable("list", at, cause)

    assert type(error) is EngineUnavailable
    assert f"no connection to {at.shown}: " in error.message
    assert advice in error.advice


def test_the_system_s_words_are_taken_out_of_the_client_s_error() -> None:
    class OfTheClient(Exception):
        os_error = PermissionError(13, "Permission denied")

    error = request_errors.unreachable("list", AT, OfTheClient("long words of a library"))

    assert error.message.endswith(": Permission denied")


def test_what_is_no_engine_and_what_is_too_old_a_one_say_where_it_is() -> None:
    assert "at tcp://nas:2375 is no Docker engine" in request_errors.no_engine(OVER_TCP).message
    assert "at tcp://nas:2375 speaks API 1.40" in request_errors.too_old(OVER_TCP, "1.40").message
