"""The image's listener: the published ports of its own container decide who may reach it without a token."""

from collections.abc import Callable

import pytest

from tests.e2e.image.conftest import Docker
from tests.testbed.cli import Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

LISTEN = ("run", "--listen", "0.0.0.0:8080")
TOKEN = ("-e", "CTR_UPDATER_TOKEN=s3cret")
# Asks the listener from within: the image has nothing but its interpreter.
ASK = (
    "import sys, urllib.request as u\n"
    "told = {'Authorization': 'Bearer ' + sys.argv[2]}\n"
    "r = u.Request('http://127.0.0.1:8080' + sys.argv[1], headers=told)\n"
    "try: print(u.urlopen(r).status)\n"
    "except u.HTTPError as error: print(error.code)\n"
)

Run = Callable[..., Result]


@pytest.fixture
def service(engine: PrivateEngine, docker: Docker, image: str, stack: Stack) -> Run:
    """Run `watcher run --listen` in the image, with options of `docker run`; `stack` removes it."""
    assert not stack.containers()

    def run(*options: str) -> Result:
        mount = ("-v", f"{engine.socket}:/var/run/docker.sock")
        return docker("run", *mount, *options, "--entrypoint", "/usr/bin/watcher", image, *LISTEN)

    return run


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-p", "{port}:8080"), "it is published on 0.0.0.0"),
        (("-p", "127.0.0.1:{port}:8080", "-p", "0.0.0.0:{other}:8080"), "it is published on 0.0.0.0"),
        (("-P", "--expose", "8080"), "its container publishes all ports"),
        (("--network", "host"), "its container has the network host"),
    ],
    ids=["published", "also published", "all ports", "the host's network"],
)
def test_without_a_token_what_others_reach_is_refused(
    service: Run, free_port: Callable[[], int], options: tuple[str, ...], why: str
) -> None:
    port, other = free_port(), free_port()

    refused = service("--rm", *(option.format(port=port, other=other) for option in options))

    (line,) = refused.err.splitlines()
    assert (refused.code, why in line) == (2, True), line
    assert line.endswith("set CTR_UPDATER_TOKEN or CTR_UPDATER_TOKEN_FILE, or listen on 127.0.0.1")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("-p", "127.0.0.1:{port}:8080", "-e", "CTR_UPDATER_PUBLIC=read"), "200"),
        (("-p", "{port}:8080", *TOKEN), "200"),
        ((), "401"),
    ],
    ids=["this machine alone", "with a token", "not published"],
)
def test_what_nobody_else_reaches_or_what_has_a_token_is_served(
    service: Run, docker: Docker, free_port: Callable[[], int], options: tuple[str, ...], status: str
) -> None:
    name = "listener"
    token = "s3cret" if TOKEN[1] in options else ""
    begun = service("-d", "--name", name, *(option.format(port=free_port()) for option in options))
    assert begun.code == 0, begun.err

    def asked(path: str) -> str:
        return docker("exec", name, "/usr/bin/python3", "-IS", "-c", ASK, path, token).out.strip()

    wait_until(lambda: asked("/readyz") == "200", "that it is ready")
    assert asked("/api/v1/containers") == status
