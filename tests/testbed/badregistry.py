"""A registry that does what no real one does on demand: it lies, hangs, refuses, and talks rubbish.

It serves what it was given by `serve` as it should be, until a behaviour is put in front by `on`. A behaviour
is called in the thread of the request that it befalls; None passes it on.
"""

import contextlib
import hashlib
import itertools
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_DIGEST_HEADER = "Docker-Content-Digest"


class Request(NamedTuple):
    """What came; `headers` by lower-case name, `str()` is what `on` searches."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Reply(NamedTuple):
    """What goes back; an iterator's body goes on until the client leaves or it ends.

    Attributes:
        raw: Where it is not None it is sent in place of all else, and the connection is closed.
    """

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    raw: bytes | None = None


Behaviour = Callable[[Request], Reply | None]


def answer(status: int, message: str = "", **headers: str) -> Behaviour:
    """Answer so, with an error as registries word it; `Retry_After="5"` is the header `Retry-After`."""
    body = json.dumps({"errors": [{"code": "TEST", "message": message}]}).encode() if message else b""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Reply(status, body, sent)


def redirect(location: str, status: int = 307) -> Behaviour:
    return answer(status, Location=location)


def page(_: Request) -> Reply:
    """Answer what a captive portal does: 200, and a page for people."""
    return Reply(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})


def cut(_: Request) -> Reply:
    """Close the connection without an answer."""
    return Reply(raw=b"")


def rubbish(_: Request) -> Reply:
    """Say what is no HTTP."""
    return Reply(raw=b"\0\1\2 SSH-2.0-nothing\r\n\r\n")


def endless(_: Request) -> Reply:
    """Begin a manifest, and never end it."""
    return Reply(200, itertools.repeat(b" " * 65536), {"Content-Type": MANIFEST})


def truncated(_: Request) -> Reply:
    """Promise more than is sent."""
    return Reply(
        raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: " + MANIFEST.encode() + b"\r\n\r\n{"
    )


class Hang:
    """Say nothing until `release`, and then pass the request on.

    Attributes:
        reached: Set once a request hangs.
    """

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, _: Request) -> None:
        self.reached.set()
        self._released.wait()

    def release(self) -> None:
        self._released.set()


class BadRegistry:
    """A server on a port of 127.0.0.1; a context manager that serves from entry to exit.

    Args:
        tls: Its certificate; without it speaks http.
        port: Where; a free one where 0.

    Attributes:
        address: "127.0.0.1:PORT", the first part of its references.
        requests: Every request so far, in order of arrival; may be cleared.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.requests: list[Request] = []
        self._manifests: dict[str, Reply] = {}
        self._rules: list[tuple[re.Pattern[str], Behaviour]] = []
        self._server = _Server(("127.0.0.1", port), _handler(self._reply))
        if tls:  # the handshake is of the connection's own thread: at its first read
            listener = self._server.socket
            self._server.socket = tls.wrap_socket(listener, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.address}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for _pattern, behaviour in self._rules:
            if isinstance(behaviour, Hang):
                behaviour.release()
        self._server.shutdown()
        self._server.break_off()
        self._server.server_close()
        self._thread.join()

    def on(self, match: str, behaviour: Behaviour) -> None:
        """Put a behaviour before all others for what `match` is found in: "METHOD /path"."""
        self._rules.insert(0, (re.compile(match), behaviour))

    def behave(self) -> None:
        """Forget every behaviour."""
        self._rules.clear()

    def serve(self, name: str, tag: str, content: Any = None, *, kind: str = MANIFEST) -> str:
        """Serve a manifest under its tag and its digest, and return that.

        Args:
            name: Of the repository.
            tag: What it may be asked for by, beside its digest.
            content: Bytes go as they are, everything else as JSON; without, it is a manifest of the tag.
            kind: Its media type.
        """
        given = {"schemaVersion": 2, "mediaType": kind, "tag": tag} if content is None else content
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        reply = Reply(200, body, {"Content-Type": kind, _DIGEST_HEADER: digest})
        for wanted in (tag, digest):
            self._manifests[f"/v2/{name}/manifests/{wanted}"] = reply
        return digest

    def lie(self, name: str, tag: str, *, digest: str | None) -> None:
        """Change what is said of a manifest that is served, and not what is sent.

        Args:
            name: Of the repository.
            tag: Or a digest.
            digest: What the header says; None leaves it out.
        """
        path = f"/v2/{name}/manifests/{tag}"
        held = self._manifests[path]
        headers = {"Content-Type": held.headers["Content-Type"]}
        self._manifests[path] = held._replace(headers=headers | ({_DIGEST_HEADER: digest} if digest else {}))

    def asked(self) -> list[str]:
        """Return "METHOD /path" of every request so far."""
        return [str(request) for request in self.requests]

    def _reply(self, request: Request) -> Reply:
        self.requests.append(request)
        for pattern, behaviour in list(self._rules):
            if pattern.search(str(request)) and (reply := behaviour(request)):
                return reply
        if request.path == "/v2/":
            return Reply(200, b"{}", {"Docker-Distribution-Api-Version": "registry/2.0"})
        return self._manifests.get(request.path) or Reply(404, _UNKNOWN, {"Content-Type": "application/json"})


_UNKNOWN = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # the end waits for every connection's thread

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._clients: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._clients.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._clients.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that break off, or that know no such certificate, are what this is for."""

    def break_off(self) -> None:
        for client in list(self._clients):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(client, socket.SHUT_RDWR)


def _handler(reply: Callable[[Request], Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # What is no HTTP, such as TLS, gets a status line too: by that engines know that http is meant.
        default_request_version = "HTTP/1.0"

        def handle_any(self) -> None:
            split = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            made = reply(Request(self.command, split.path, split.query, headers, body))
            if made.raw is not None:
                self.wfile.write(made.raw)
                self.close_connection = True
                return
            self._send(made)

        do_GET = do_HEAD = do_POST = do_PUT = do_CONNECT = handle_any  # noqa: N815 - http.server's names

        def _send(self, made: Reply) -> None:
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            if isinstance(made.body, bytes):
                self.send_header("Content-Length", str(len(made.body)))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                pieces: Iterable[bytes] = [made.body] if isinstance(made.body, bytes) else made.body
                for piece in pieces:
                    self.wfile.write(piece)

        def log_message(self, *_: object) -> None: ...

    return Handler
