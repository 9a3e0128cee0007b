"""A successor that the engine refuses to create: where the image is to blame, it is not asked for again."""

import pytest

from tests.integration.apps import QUICK, outdated
from tests.integration.daemon.test_parallel import count
from tests.integration.outcomes import line_of
from tests.integration.updates import UPDATE, replaced, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

CREATE = "^POST /containers/create"
BIND = 'invalid mount config for type "bind": bind source path does not exist: /mnt/usb'


def test_an_image_that_no_container_can_be_made_of_is_held(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack, new={"config": {"Cmd": None, "Entrypoint": None}})
    before, env = stack.inspect(web.name), {"DOCKER_HOST": proxy.host}

    refused = line_of(cli(*UPDATE, web.name, env=env), 6)
    again = line_of(cli(*UPDATE, web.name, env=env), 6)

    assert "could not create its successor" in refused
    assert refused.lower().count("no command specified") == 1
    assert "no command specified" in again.lower()
    assert f"`watcher update --again {web.name}`" in again
    assert count(proxy, CREATE) == 1
    unchanged(stack, before)
    cli(*UPDATE, "--again", web.name, env=env)
    assert count(proxy, CREATE) == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "conflicting options: hostname and the network mode"),
        (409, "conflicting options: port publishing and the container type network mode"),
        (500, "invalid mount path: 'data' mount path must be absolute"),
    ],
)
def test_what_belongs_to_the_image_or_the_request_is_asked_for_once(
    cli: Commands, stack: Stack, proxy: Proxy, status: int, words: str
) -> None:
    web = outdated(stack)
    proxy.arm(answer(status, words), match=CREATE, times=9)
    env = {"DOCKER_HOST": proxy.host}

    assert words in line_of(cli(*UPDATE, web.name, env=env), 6)
    assert words in line_of(cli(*UPDATE, web.name, env=env), 6)
    assert count(proxy, CREATE) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "something went wrong"),
        (500, "invalid argument: no space left on device"),
        (400, BIND),
        (503, "invalid state: the service is unavailable"),
        (403, "not allowed"),
    ],
)
def test_what_the_machine_lacks_is_asked_for_anew(
    cli: Commands, stack: Stack, proxy: Proxy, status: int, words: str
) -> None:
    web = outdated(stack)
    proxy.arm(answer(status, words), match=CREATE)
    env = QUICK | {"DOCKER_HOST": proxy.host}

    assert words in cli(*UPDATE, web.name, env=env).err
    assert cli(*UPDATE, web.name, env=env).code == 0

    replaced(stack, web)
