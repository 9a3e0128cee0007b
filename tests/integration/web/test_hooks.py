"""The real registry's own notifications: a push, and the container is new, whatever the interval."""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN, is_replaced
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_registry import manifests, publish, pushed
from tests.integration.web.conftest import SECRET, TOKENS, Api
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

PATH = f"/api/v1/hooks/registry/{SECRET}"


class Telling(NamedTuple):
    """A daemon with an interval of an hour, and a registry that tells it of pushes."""

    api: Api
    registry: PrivateRegistry


@pytest.fixture
def telling(start: Start, free_port: Callable[[], int]) -> Iterator[Telling]:
    port = free_port()
    with PrivateRegistry(hook=f"http://127.0.0.1:{port}{PATH}") as registry:
        environ = {**TOKENS, "CTR_UPDATER_HOOK_SECRET": SECRET}
        daemon = start("--listen", f"127.0.0.1:{port}", "--interval", "1h", env=environ).looked()
        yield Telling(Api(daemon, port), registry)


def asked_for(telling: Telling, stack: Stack, *options: str) -> App:
    """A container that follows a tag of the registry, which was asked for it when it came."""
    app = pushed(stack, telling.registry, options=(*OPT_IN, *options))
    wanted = f'tag_checks_total{{registry="{telling.registry.address}",result="ok"}}'
    telling.api.wait_for_metric(wanted)
    return app


def test_a_push_is_told_and_the_container_is_new(telling: Telling, stack: Stack) -> None:
    web = asked_for(telling, stack)

    publish(stack, telling.registry, web, "new")
    telling.api.daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)
    (row,) = telling.api("GET", f"/api/v1/history?name={web.name}")[1]
    assert (row["by"], row["outcome"]) == ("hook", "updated")


def test_a_forged_one_costs_a_head_at_most_and_changes_nothing(telling: Telling, stack: Stack) -> None:
    web = asked_for(telling, stack)
    before = manifests(telling.registry, web)
    repository, _, tag = web.image.partition("/")[2].partition(":")
    event = {"action": "push", "target": {"repository": repository, "tag": tag}}
    body = {"events": [event | {"request": {"host": telling.registry.address}}] * 50}

    status, found = telling.api("POST", PATH, body, token="")
    assert (status, found) == (202, {"asked": [web.image]})
    telling.api.wait_for_metric(f'tag_checks_total{{registry="{telling.registry.address}",result="ok"}} 2')

    assert manifests(telling.registry, web) == before + 1
    other = telling.api("POST", PATH, json.loads(json.dumps(body).replace(repository, "other")), token="")
    assert other == (202, {"asked": []})
    assert stack.inspect(web.name)["Id"] == web.cid


def test_neither_the_secret_nor_the_address_is_logged(telling: Telling) -> None:
    telling.api("POST", PATH, {"zen": "x"}, token="")
    telling.api("POST", "/api/v1/hooks/registry/wr0ng", {"zen": "x"}, token="")
    assert telling.api.daemon.stop() == 0

    said = str(telling.api.daemon.lines)
    assert not any(text in said for text in (SECRET, "wr0ng", "hooks/registry"))
