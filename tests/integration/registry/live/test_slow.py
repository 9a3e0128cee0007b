"""Registries that hang or drip hold up nobody else, and everything ends with a line."""

import time
from collections.abc import Iterator
from functools import partial

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN, is_untouched
from tests.integration.daemon.conftest import ENVIRON, ROOT, Start
from tests.integration.registry.live.apps import asked, loaded, publish, pulled
from tests.integration.registry.live.conftest import Begin
from tests.integration.registry.live.front import Until
from tests.testbed.badregistry import BadRegistry, Hang, Reply, Request, answer
from tests.testbed.cli import Commands
from tests.testbed.faults import cut
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

IMPATIENT = ("python", "-m", "tests.integration.registry.live.short_timeouts")
EACH_SECOND = ("--interval", "1s")
DRIPPING = 6  # more than are asked for at once
TRICKLED = "has sent next to nothing"


def drip(_: Request) -> Reply:
    """Send a layer byte by byte."""
    return Reply(body=_drops())


def _drops() -> Iterator[bytes]:
    while True:
        time.sleep(0.2)  # what a dripping registry is
        yield b"x"


def test_a_registry_that_drips_gives_way_to_others(
    start_impatient: Begin, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    """The engine fetches three layers at once, whosever they are."""
    dripping = [pulled(stack, registry, front, name=f"drip{number}") for number in range(DRIPPING)]
    web = pulled(stack, registry, front)
    for app in dripping:
        publish(stack, registry, app, marker=app.name)
        front.on(f"{app.image.partition('/')[2].partition(':')[0]}/blobs/", drip)
    publish(stack, registry, web)

    daemon = start_impatient(*EACH_SECOND)

    daemon.wait("container updated", container=web.name)
    wait_until(lambda: any(TRICKLED in each["why"] for each in daemon.said("tag not pulled")), TRICKLED)
    assert all(is_untouched(stack, app) for app in dripping)


@pytest.mark.parametrize("options", [OPT_IN, (*OPT_IN, "--label", "ctr-updater.mode=notify")])
def test_one_pass_ends_though_a_registry_hangs(
    cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry, options: tuple[str, ...]
) -> None:
    web = pulled(stack, registry, front, options=options)
    front.on("/v2/", Hang())

    process = cli.start(*IMPATIENT, "watcher", "run", "--once", env=ENVIRON, cwd=ROOT)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 5
    assert "tag not pulled" in err
    assert is_untouched(stack, web)


def test_a_one_shot_says_what_it_waits_for(
    cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Hang())

    process = cli.start(*IMPATIENT, "ctr-updater", "--pull", web.name, cwd=ROOT)
    _, err = process.communicate(timeout=120)

    assert process.returncode == 5
    assert f"pulling {web.image}: waiting for {front.address} to answer\n" in err


@pytest.mark.parametrize("arguments", [("--once",), EACH_SECOND], ids=["once", "daemon"])
def test_a_pull_that_is_dropped_is_said(
    start: Start,
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    proxy: Proxy,
    arguments: tuple[str, ...],
) -> None:
    web = pulled(stack, registry, front)
    proxy.arm(cut, match="POST .*/images/create")

    daemon = start(*arguments, host=proxy.host)

    assert "Server disconnected" in daemon.wait("tag not pulled", image=web.image)["why"]


def test_tags_whose_containers_are_gone_are_not_asked_for(
    start: Start, stack: Stack, front: BadRegistry
) -> None:
    """Neither at the next try, nor by a question that is under way."""
    gone, other = loaded(stack, front.address, name="gone"), loaded(stack, front.address, name="other")
    front.on("/v2/", answer(403))
    hang = Hang()
    front.on("gone-app/manifests/", hang)
    daemon = start()
    daemon.wait("tag not pulled", image=other.image)
    assert hang.reached.wait(60)

    stack.engine.docker("rm", "-f", gone.name)
    daemon.wait("tag given up", image=gone.image)
    before = len(asked(front, gone))
    tries = len(asked(front, other))
    wait_until(lambda: len(asked(front, other)) > tries + 2, "later tries of the other")

    assert len(asked(front, gone)) == before
    assert daemon.said("tag not pulled", image=gone.image) == []


def test_a_tag_that_failed_is_given_up_with_its_last_container_and_told_anew_with_the_next(
    start: Start, stack: Stack, front: BadRegistry
) -> None:
    web = loaded(stack, front.address)
    front.on("/v2/", answer(403))
    daemon = start()
    daemon.wait("tag not pulled", image=web.image)

    stack.engine.docker("rm", "-f", web.name)
    daemon.wait("tag given up", image=web.image)
    stack.run(web.image, *OPT_IN, name=web.name)

    daemon.wait("tag not pulled", image=web.image)


def test_each_outage_of_a_registry_is_told_where_it_does_not_know_what_was_built_here(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web, built = pulled(stack, registry, front), loaded(stack, front.address, name="built")
    daemon = start(*EACH_SECOND)
    wait_until(lambda: bool(asked(front, web) and asked(front, built)), "the first questions")

    for _ in range(2):
        down, seen = Until(answer(502)), len(asked(front, built))
        front.on("/v2/", down)
        daemon.wait("tag not pulled", registry=front.address)
        wait_until(partial(_is_asked, front, built, seen + 2), "further questions about what was built here")
        down.over()
        daemon.wait("tag pulled again", registry=front.address)


def _is_asked(front: BadRegistry, app: App, more_than: int) -> bool:
    return len(asked(front, app)) > more_than


def test_a_registry_that_is_down_is_said_once_for_all_its_tags(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    apps = [pulled(stack, registry, front, name=f"web{number}") for number in range(DRIPPING)]
    down = Until(answer(502))
    front.on("/v2/", down)
    daemon = start(*EACH_SECOND)
    said = daemon.wait("tag not pulled")
    before = len(front.asked())
    wait_until(lambda: len(front.asked()) > before + DRIPPING, "further tries")

    down.over()

    daemon.wait("tag pulled again", registry=front.address)
    assert (said["registry"], said["tags"]) == (front.address, len(apps))
    assert daemon.said("tag not pulled") == [said]
