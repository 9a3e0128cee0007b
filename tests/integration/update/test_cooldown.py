"""The cooldown of an image counts until the very update, unless a person asks for that."""

import time

import pytest

from tests.integration.apps import ENABLED, outdated
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack
from watcher.check.eligibility import For
from watcher.host.context import Context
from watcher.update import service
from watcher.update.consent import NotNow
from watcher.update.request import Request


async def test_what_the_tag_means_since_the_daemons_look_must_have_held_it_for_its_cooldown(
    context: Context, stack: Stack
) -> None:
    web = outdated(stack, *ENABLED, "--label", "ctr-updater.cooldown=1h")

    with pytest.raises(NotNow) as refused:
        await service.update(context, web.name, Request(unattended=True))

    assert refused.value.wait.cause is For.COOLDOWN
    assert stack.inspect(web.name)["Id"] == web.cid


async def test_once_it_has_the_update_goes_ahead(context: Context, stack: Stack) -> None:
    web = outdated(
        stack, *ENABLED, "--label", "ctr-updater.cooldown=3s", "--label", "ctr-updater.stable-for=1s"
    )
    with pytest.raises(NotNow) as refused:
        await service.update(context, web.name, Request(unattended=True))
    wait_until(lambda: time.time() > refused.value.wait.until, "the end of its cooldown")

    await service.update(context, web.name, Request(unattended=True))

    assert stack.inspect(web.name)["Id"] != web.cid
