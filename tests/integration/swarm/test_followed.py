"""What a rollout waits for: the end of the updater's own update, and what may pass by itself.

One that has begun is seen to its end.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.integration.swarm.conftest import Json, Services
from tests.testbed import images
from tests.testbed.swarm import Node
from watcher.cli.opening import opened
from watcher.daemon.rhythm import Rhythm
from watcher.daemon.services import Services as Followed
from watcher.host.context import Context
from watcher.host.own_container import OwnContainer
from watcher.model.errors import Busy, EngineUnavailable, UpdateFailed, WatcherError
from watcher.model.helper import helper_name
from watcher.model.labels import HELPER_OF, HELPER_TARGET
from watcher.swarm.reading import Reader
from watcher.swarm.update import ServiceOutcome, update
from watcher.update.consent import NotNow
from watcher.update.request import Done, Request

TARGET = f"sha256:{'b' * 64}"


class Own(OwnContainer):
    """A container that the updater of the test is said to run in."""

    def __init__(self, cid: str | None) -> None:
        super().__init__()
        self._asked, self._cid = True, cid


class OwnUpdate:
    """The updater's own update, which a helper is at work on."""

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        image = f"{name}:1"
        images.image(node, image, marker=name)
        self.own = node.docker("create", "--name", name, image).strip()
        labels = (f"{HELPER_OF}={self.own}", f"{HELPER_TARGET}={TARGET}")
        how = [text for label in labels for text in ("--label", label)]
        self.helper = node.docker(
            "create", *how, "--name", helper_name(name, self.own, TARGET), image
        ).strip()

    def ends(self) -> None:
        """Have the helper gone."""
        self._node.docker("rm", "-f", self.helper)

    def clean(self) -> None:
        self._node.docker("rm", "-f", self.helper, self.own, check=False)


@pytest.fixture
def own_update(services: Services) -> Iterator[OwnUpdate]:
    made = OwnUpdate(services.node, services.name("up"))
    yield made
    made.clean()


@pytest.fixture
async def context(
    services: Services, own_update: OwnUpdate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Context]:
    """The manager as an updater opens it that runs in a container there."""
    monkeypatch.setenv("DOCKER_HOST", services.node.host)
    monkeypatch.setenv("CTR_UPDATER_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CTR_UPDATER_STABLE_FOR", "1s")
    async with opened(negotiates=True) as fleet:
        yield evolve(fleet.sole, own=Own(own_update.own))


async def read(context: Context, services: Services, name: str) -> tuple[Reader, Json]:
    return Reader(context), await asyncio.to_thread(services.node.service, name)


@pytest.mark.parametrize("request_", [Request(), Request(back=""), Request(unattended=True)])
async def test_nobody_begins_one(context: Context, services: Services, request_: Request) -> None:
    old = services.push("one")
    name = services.create()
    services.push("two")

    with pytest.raises(NotNow, match=f"service/{name} is not updated now: the updater's own update"):
        await update(*await read(context, services, name), request_)

    assert services.digest(name) == old
    planned = await update(*await read(context, services, name), Request(dry_run=True))
    assert planned.done is Done.PLANNED


async def test_one_that_has_begun_is_seen_to_its_end(context: Context, services: Services) -> None:
    services.push("one")
    name = services.create()
    new = services.push("two")
    outside = evolve(context, own=Own(None))
    begun = asyncio.create_task(update(*await read(outside, services, name), Request()))
    await asyncio.to_thread(services.wait, lambda: services.digest(name) == new, "the rollout")
    begun.cancel()
    await asyncio.wait([begun])

    done = await update(*await read(context, services, name), Request())

    assert done.done is Done.UPDATED


async def never_gone(_: EngineUnavailable) -> bool:
    return False


async def test_the_daemons_wait_and_begin_at_the_first_look_after_it(
    context: Context, services: Services, own_update: OwnUpdate
) -> None:
    old = services.push("one")
    name = services.create()
    new = services.push("two")
    followed = Followed(context, 1, Rhythm(3600), never_gone)
    looked: asyncio.Queue[int] = asyncio.Queue()

    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        worker = tasks.create_task(followed.work(tasks, looked.put_nowait))
        await followed.look()
        await looked.get()
        before = services.digest(name), followed.is_idle()
        own_update.ends()
        await followed.look()
        await looked.get()
        worker.cancel()

    assert before == (old, True)
    assert services.digest(name) == new


@pytest.mark.parametrize(
    "passing", [Busy("another updater is at work on it"), UpdateFailed("it kept changing")]
)
async def test_the_daemon_tries_again_what_may_pass(
    context: Context, services: Services, passing: WatcherError, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.push("one")
    name = services.create()
    new = services.push("two")
    followed = Followed(evolve(context, own=Own(None)), 1, Rhythm(3600), never_gone)
    looked: asyncio.Queue[int] = asyncio.Queue()
    errors = [passing]

    async def first_not(*given: Any) -> ServiceOutcome:
        if errors:
            raise errors.pop()
        return await update(*given)

    monkeypatch.setattr("watcher.daemon.service_reconciler.swarm.update", first_not)
    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        worker = tasks.create_task(followed.work(tasks, looked.put_nowait))
        await followed.look()
        codes = [await looked.get() for _ in range(2)]
        worker.cancel()

    assert codes == [passing.exit_code, 0]
    assert services.digest(name) == new
