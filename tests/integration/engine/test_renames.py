"""A container is not found by a name that it has no more, whoever renames it in that moment."""

import asyncio
import contextlib

from tests.integration.apps import current
from tests.testbed.stack import Stack
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.model.errors import NotFound

RENAMES = 150
AT_ONCE = 4


async def test_what_a_name_means_is_called_so(stack: Stack) -> None:
    web = current(stack)
    names = (web.name, f"{web.name}-aside")
    over, called = asyncio.Event(), set[str]()

    async def rename(engine: Engine) -> None:
        for number in range(RENAMES):
            await engine.rename(web.cid, names[(number + 1) % 2])
        over.set()

    async def read(engine: Engine) -> None:
        while not over.is_set():
            with contextlib.suppress(NotFound):
                called.add((await engine.container(web.name))["Name"])

    endpoint = Endpoint(stack.engine.host, socket=str(stack.engine.socket))
    async with Engine(endpoint) as engine:
        await asyncio.gather(rename(engine), *(read(engine) for _ in range(AT_ONCE)))

    assert called == {f"/{web.name}"}
