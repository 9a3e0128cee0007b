"""A prune in the middle of an update takes every image that no container was made of."""

from collections.abc import Iterator

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.recovery.test_prune_again import beside
from tests.integration.recovery.test_prune_persons import START, killed_at_start, notes
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


@pytest.fixture(scope="module")
def engine(engine_version: str) -> Iterator[PrivateEngine]:
    """An engine of their own: on the one that all tests share, others need images that nothing runs."""
    with PrivateEngine(engine_version) as private:
        yield private


def test_a_new_image_that_went_with_the_old_one_is_pulled_again(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    reference = f"{registry.address}/{stack.name('web-app:1')}"
    old = stack.image(reference, marker="old")
    web = App(stack.name("web"), stack.run(reference, name=stack.name("web")), reference, old)
    stack.image(reference, marker="new")
    stack.engine.docker("push", reference)
    prune_all = run(lambda: stack.engine.docker("system", "prune", "-af"), then=passing)
    proxy.arm(prune_all, match=START)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 6
    assert "it was made anew on its new image, for its own is gone; it is running" in done.err
    replaced(stack, web)


def test_where_no_image_can_be_had_the_note_stays_until_one_can(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    stack.engine.docker("system", "prune", "-af")

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert f"{web.name} is gone, and so are its images: " in done.err
    assert len(notes(cli)) == 1
    stack.image(web.image, marker="new")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    replaced(stack, web)
    assert notes(cli) == []


def test_an_image_id_is_not_asked_a_registry_for(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    side = beside(stack, web, web.old)
    killed_at_start(cli, proxy, web)
    stack.engine.docker("system", "prune", "-af")
    stack.image(web.image, marker="new")

    done = cli(*UPDATE, web.name, env=QUICK, timeout=240)

    assert (done.code, done.err.count("\n")) == (4, 1)
    lost = f"{side} is gone, and so are its images: it was created by an image's id"
    assert lost in done.err
    assert stack.inspect(web.name)["State"]["Running"]
