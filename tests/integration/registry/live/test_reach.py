"""A registry that only the engine can reach is asked by way of the engine."""

from collections.abc import Iterator

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN
from tests.integration.daemon.conftest import Start
from tests.integration.registry.live.apps import publish
from tests.testbed.badregistry import BadRegistry, Reply
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NAME = "registry.invalid:5000"


@pytest.fixture
def proxied(engine_version: str, front: BadRegistry) -> Iterator[Stack]:
    """An engine that has a proxy of its own, by which it reaches the registry `registry.invalid`."""
    if engine_version == "20.10":
        pytest.skip("20.10 takes its proxy from its environment alone")
    front.on("^CONNECT ", lambda _: Reply())  # there is no TLS behind it: then engines ask by http
    settings = {
        "insecure-registries": [NAME],
        "proxies": {"http-proxy": front.url, "https-proxy": front.url},
    }
    with PrivateEngine(engine_version, extra=settings) as private:
        yield Stack(private)


@pytest.fixture
def web(proxied: Stack, stack: Stack, registry: PrivateRegistry) -> App:
    """A container whose tag has moved in a registry that only its engine reaches."""
    repository = proxied.name("web-app:1")
    reference, real = f"{NAME}/{repository}", App("", "", f"{registry.address}/{repository}", "")
    publish(stack, registry, real, "old")
    proxied.engine.docker("pull", reference)
    options = (*OPT_IN, "--label", "ctr-updater.mode=notify")
    cid = proxied.run(reference, *options, name=proxied.name("web"))
    return App(proxied.name("web"), cid, reference, proxied.image_id(reference))


def test_it_is_asked_by_way_of_the_engine(
    cli: Commands, start: Start, stack: Stack, proxied: Stack, registry: PrivateRegistry, web: App
) -> None:
    cli.environ["DOCKER_HOST"] = proxied.engine.host
    current = cli("watcher", "check", "--remote", web.name)
    publish(stack, registry, web)
    outdated = cli("watcher", "check", "--remote", web.name)

    assert (current.code, outdated.code) == (0, 1), (current, outdated)
    start().wait("update available", container=web.name)
    assert proxied.image_id(web.image) == web.old


def test_where_the_engine_cannot_reach_it_either_our_own_trouble_is_said(
    cli: Commands, proxied: Stack, front: BadRegistry, web: App
) -> None:
    cli.environ["DOCKER_HOST"] = proxied.engine.host
    front.__exit__()

    result = cli("watcher", "check", "--remote", web.name)

    assert result.code == 5
    assert "no such host" in result.err
