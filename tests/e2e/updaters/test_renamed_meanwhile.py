"""A container that another updater sets aside is not updated under the name that it has meanwhile."""

import itertools
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.e2e.updaters.test_takeover import other
from tests.integration.apps import QUICK, App
from tests.integration.shared_namespaces import family, joined, joining, provider, replaced
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

ASKED = "^GET .*/containers/(json.*|[^/]+/json)$"
# So many of them an updater makes before it creates anything: alone, and where another container is joined.
READS = {False: 7, True: 14}


@pytest.fixture
def second_proxy(stack: Stack) -> Iterator[Proxy]:
    """A way to the engine for the other updater."""
    with Proxy(stack.engine.socket) as front:
        yield front


def made(stack: Stack, *, is_joined: bool) -> App:
    """A container with an update, and perhaps one that holds on to it."""
    web = provider(stack)
    if is_joined:
        joined(stack, *joining(web, "--network"))
    return web


@pytest.mark.parametrize("is_joined", [False, True])
def test_the_reads_before_a_creation_are_those(
    cli: Commands, stack: Stack, proxy: Proxy, *, is_joined: bool
) -> None:
    web = made(stack, is_joined=is_joined)

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    calls = [str(call) for call in proxy.calls]
    before = itertools.takewhile(lambda call: not call.startswith("POST /containers/create"), calls)
    assert len([call for call in before if re.match(ASKED, call)]) == READS[is_joined]


@pytest.mark.parametrize(
    ("number", "is_joined"), [(n + 1, is_joined) for is_joined, reads in READS.items() for n in range(reads)]
)
def test_a_container_that_another_updater_sets_aside_meanwhile_is_waited_for(
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    second_proxy: Proxy,
    tmp_path: Path,
    number: int,
    *,
    is_joined: bool,
) -> None:
    web, holds = made(stack, is_joined=is_joined), Hold()
    before = family(stack)
    # An old container is aside, and nobody has its name.
    second_proxy.arm(holds, n=4 if is_joined else 2, match="^POST .*/rename")
    begun = Future[subprocess.Popen[str]]()

    def set_aside() -> None:
        environ = other(tmp_path) | {"DOCKER_HOST": second_proxy.host}
        begun.set_result(cli.start(*UPDATE, web.name, env=environ))
        assert holds.reached.wait(60)
        proxy.arm(run(holds.release, then=passing), match=ASKED, n=2)

    armed = proxy.arm(run(set_aside, then=passing), match=ASKED, n=number)
    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    holds.release()
    out, err = begun.result().communicate(timeout=120)

    assert armed.fired.is_set()
    assert (done.code, begun.result().returncode) == (0, 0), done.err + err
    assert ".ctr-updater-" not in done.out + out
    assert {each["Image"] for each in replaced(stack, before).values()} >= {stack.image_id(web.image)}
