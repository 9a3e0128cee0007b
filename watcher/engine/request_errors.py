"""A request to the engine that failed, as one of our errors, with what a person can do about it.

The engine refused it, gave no answer or broke off; or a proxy in front of the engine did. `what` is what was
tried, as the error line says it after "cannot".
"""

import re
import socket
import ssl
from collections.abc import Callable

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

NOT_FOUND, FORBIDDEN = 404, 403
LISTED = "docs/socket-proxy.md lists the requests that each command needs"
_TRY_AGAIN = "see the engine's log, and try again"
_LEFT_TASK = re.compile(r"task ([0-9a-f]{12})[0-9a-f]*: already exists")
_NO_TLS = "it speaks TLS: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of its certificates"
_HINTS: tuple[tuple[type[BaseException], str], ...] = (
    (PermissionError, "join the group that owns the socket (often docker), or use sudo"),
    (
        socket.gaierror,
        "check the name in DOCKER_HOST; that of a Compose service is known in its networks only",
    ),
    (
        ssl.SSLCertVerificationError,
        "ca.pem in DOCKER_CERT_PATH must be its authority's, and its certificate must name this host",
    ),
    (
        ssl.SSLError,
        "does it speak TLS there? Unset DOCKER_TLS_VERIFY and DOCKER_TLS, or use its TLS port (2376)",
    ),
)
_NOBODY = (FileNotFoundError, ConnectionRefusedError)


def refused(what: str, status: int, words: str) -> EngineError:
    """The engine answered with an error of its own."""
    line = f"cannot {what}: the engine says: {words}"
    if left := _LEFT_TASK.search(words):
        command = f"pkill -KILL -f 'containerd-shim.*-id {left[1]}'"
        advice = f"left behind by an engine that was killed; to be rid of it: `{command}`, or reboot"
        return TaskLeft(line, status=status, advice=advice)
    kind: Callable[..., EngineError] = {NOT_FOUND: NotFound, 409: Conflict}.get(status, EngineError)
    return kind(line, status=status, advice=_NO_TLS if "HTTP request to an HTTPS server" in words else "")


def barred(what: str, endpoint: Endpoint, request: str) -> Barred:
    """A proxy refused a request, given as `METHOD /path`, in the engine's place."""
    why = f"a proxy in front of the engine at {endpoint.shown} does not let {request} pass"
    return Barred(f"cannot {what}: {why}", status=FORBIDDEN, advice=LISTED)


def away(what: str, endpoint: Endpoint, words: str) -> EngineUnavailable:
    """A proxy got no answer from the engine, and says so with these words."""
    why = f"a proxy in front of the engine at {endpoint.shown} cannot reach it: {words}"
    return EngineUnavailable(f"cannot {what}: {why}", advice=_TRY_AGAIN)


def unanswered(what: str, endpoint: Endpoint, seconds: float | None) -> NoAnswer:
    """The engine took longer than these seconds, or than the system waits."""
    within = f" within {seconds:.0f} s" if seconds else ""
    why = f"the engine at {endpoint.shown} did not answer{within}"
    return NoAnswer(f"cannot {what}: {why}", advice="see whether `docker ps` answers")


def broken_off(what: str, endpoint: Endpoint, cause: BaseException) -> EngineUnavailable:
    """The connection ended before the answer did, or what came was no answer of an engine."""
    why = f"the engine at {endpoint.shown} broke off: {str(cause) or type(cause).__name__}"
    return EngineUnavailable(f"cannot {what}: {why}", advice=_TRY_AGAIN)


def unreachable(what: str, endpoint: Endpoint, cause: BaseException | None) -> EngineUnavailable:
    """There was no connection; the cause is the HTTP client's error, which has the system's in it."""
    origin = getattr(cause, "certificate_error", None) or getattr(cause, "os_error", cause)
    why = getattr(origin, "strerror", None) or origin or "no answer"
    advice = _hint(origin, endpoint) or _TRY_AGAIN
    return EngineUnavailable(f"cannot {what}: no connection to {endpoint.shown}: {why}", advice=advice)


def no_engine(endpoint: Endpoint) -> EngineUnavailable:
    """Something else than an engine listens there."""
    return EngineUnavailable(
        f"what answers at {endpoint.shown} is no Docker engine",
        advice="see DOCKER_HOST and `docker context ls`",
    )


def too_old(endpoint: Endpoint, version: str) -> EngineError:
    """The engine speaks no version of the API that this program does."""
    return EngineError(
        f"the engine at {endpoint.shown} speaks API {version}",
        advice="1.41 (Docker 20.10) is the oldest that works",
    )


def _hint(cause: BaseException | None, endpoint: Endpoint) -> str:
    """What to do about an endpoint that there is no connection to; empty where nobody knows."""
    if isinstance(cause, _NOBODY) and endpoint.url:
        return "no Docker listens on that port: often it is 2375, or 2376 with TLS; see DOCKER_HOST"
    if isinstance(cause, _NOBODY):
        return "is Docker running? Set DOCKER_HOST if it listens elsewhere"
    return next((advice for kind, advice in _HINTS if isinstance(cause, kind)), "")
