"""The programs that keep logins: `docker-credential-NAME get`, the registry on standard input.

The protocol is that of github.com/docker/docker-credential-helpers (`credentials/credentials.go`,
`client/client.go`): JSON on standard output and exit code 0, or one line about what went wrong on
standard output and another exit code. What a helper that succeeded wrote is never shown.
"""

import asyncio
import json
import os
import re
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

TIME_LIMIT_S = 30.0
_LIMIT = 64 * 1024  # bytes; the largest logins known (registry tokens) are some 8 KiB
_SHOWN = 200  # characters of a helper's words
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NOT_FOUND = "credentials not found in native keychain"
_OPAQUE = re.compile(r"[^\s/]{32,}")  # may be a token


class HelperFailed(Exception):
    """A helper gave no answer; `str()` is the one line that says why, without a secret."""


async def ask(name: str, server: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Ask a helper for the login at a registry.

    Args:
        name: What follows `docker-credential-` in the program's name.
        server: `host[:port]`, or Docker Hub's `https://index.docker.io/v1/`.
        environ: The helper's environment; it is looked for on its PATH.

    Returns:
        User and secret; None where the helper has none for this registry.

    Raises:
        HelperFailed: There is no such helper, or it failed, hung (30 s) or answered nonsense.
    """
    if not _NAME.fullmatch(name):
        raise HelperFailed(f"{name[:_SHOWN]!r} cannot be the name of a credential helper")
    program = f"docker-credential-{name}"
    if not shutil.which(program, path=environ.get("PATH")):
        raise HelperFailed(f"{program} is not on PATH")
    code, answer, words = await _run(program, server, environ)
    if code == 0:
        return _read(program, answer)
    if _NOT_FOUND.encode() in answer:
        return None
    raise HelperFailed(f"{program}: {_shown(answer) or _shown(words) or f'exit code {code}'}")


async def _run(program: str, server: str, environ: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    try:
        # A session of its own: what the helper started can be killed with it, and a prompt for a
        # passphrase fails at once for want of a terminal.
        transport, said = await asyncio.get_running_loop().subprocess_exec(
            lambda: _Conversation(server), program, "get", env=dict(environ), start_new_session=True
        )
    except OSError as error:
        raise HelperFailed(f"{program} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            await said.enough.wait()
        return transport.get_returncode() or 0, bytes(said.written[1]), bytes(said.written[2])
    except TimeoutError as error:
        raise HelperFailed(f"{program} did not answer within {TIME_LIMIT_S:g} s") from error
    finally:
        await _end(transport, said)


class _Conversation(asyncio.SubprocessProtocol):
    """What a helper writes, up to a limit; the rest is read and dropped.

    asyncio's streams would not do: they stop reading at their limit, and the process is then never
    seen to end (Python 3.11 to 3.13 wait for the end of all pipes).
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._open = {1, 2}
        self.written = {1: bytearray(), 2: bytearray()}
        self.enough, self.exited, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        stdin.write(self._server.encode())
        stdin.close()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.written[fd] += data[: _LIMIT + 1 - len(self.written[fd])]
        if len(self.written[1]) > _LIMIT:
            self.enough.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._open.discard(fd)
        self._notice_end()

    def process_exited(self) -> None:
        self.exited.set()
        self._notice_end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self.closed.set()

    def _notice_end(self) -> None:
        # An agent that the helper left behind may hold its standard error for ever.
        needed = {1} if self._transport.get_returncode() == 0 else {1, 2}
        if self.exited.is_set() and not needed & self._open:
            self.enough.set()


async def _end(transport: asyncio.SubprocessTransport, said: _Conversation) -> None:
    if transport.get_returncode() is None:
        with suppress(ProcessLookupError):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        await said.exited.wait()
    transport.close()
    await said.closed.wait()


def _read(program: str, answer: bytes) -> tuple[str, str] | None:
    if len(answer) > _LIMIT:
        raise HelperFailed(f"{program} answered more than {_LIMIT} bytes, which is no login")
    try:
        content = json.loads(answer)
        username, secret = content["Username"], content["Secret"]
        (username + secret).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # Without its cause, which would hold what may be half a login.
        raise HelperFailed(f"{program} answered no login (JSON with Username and Secret)") from None
    # docker-credential-pass answers with empty ones for a registry that it does not know.
    return (username, secret) if username or secret else None


def _shown(output: bytes) -> str:
    """The first line of what a failed helper wrote, where that cannot be a login."""
    lines = output.decode(errors="replace").strip().splitlines()
    if not lines or b"{" in output or b'"' in output:
        return ""
    return _OPAQUE.sub("...", "".join(c for c in lines[0] if c.isprintable()))[:_SHOWN]
