"""Whoever comes anew: the image, one line, a labelled container; its registry moves on, and it is new."""

import urllib.request
from collections.abc import Iterator

import pytest

from tests.e2e.image.conftest import Docker
from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN, is_untouched, succeeded
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def updater(docker: Docker, engine: PrivateEngine, image: str, stack: Stack) -> Iterator[str]:
    """The name of the service, started by the one line of the README."""
    name = stack.name("ctr-updater")
    socket = f"{engine.socket}:/var/run/docker.sock"
    started = docker("run", "-d", "--name", name, "-v", socket, image, "watcher", "run")
    assert started.code == 0, started.err
    yield name
    docker("rm", "-f", "-v", name)


def pushed(stack: Stack, reference: str, marker: str) -> str:
    """Have a registry hold an image that the engine does not keep; returns its id."""
    made = stack.image(reference, marker=marker)
    stack.engine.docker("push", reference)
    stack.engine.docker("rmi", "-f", made)
    return made


def move_on(registry: PrivateRegistry, repository: str) -> None:
    """Have the tag `1` of a repository mean what its tag `2` means, in the registry alone."""
    manifests = f"http://{registry.address}/v2/{repository}/manifests"
    asked = urllib.request.Request(f"{manifests}/2", headers={"Accept": MANIFESTS})  # noqa: S310 - http
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - http
        body, kind = answer.read(), answer.headers["Content-Type"]
    put = urllib.request.Request(  # noqa: S310 - http
        f"{manifests}/1", data=body, method="PUT", headers={"Content-Type": kind}
    )
    urllib.request.urlopen(put).close()  # noqa: S310 - http


def test_one_line_and_a_label_keep_a_container_new(
    docker: Docker, stack: Stack, registry: PrivateRegistry, updater: str
) -> None:
    stack.wait(lambda: "engine followed" in docker("logs", updater).err)
    repository = stack.name("web")
    reference, name = f"{registry.address}/{repository}:1", stack.name("web")
    pushed(stack, f"{registry.address}/{repository}:2", "new")
    old = pushed(stack, reference, "old")
    options = (*OPT_IN, "--label", "ctr-updater.stable-for=300ms")
    web = App(name, stack.run(reference, *options, name=name), reference, old)
    assert is_untouched(stack, web)

    move_on(registry, repository)
    docker("kill", "--signal", "HUP", updater)  # the hour until its next look is not waited for

    stack.wait(lambda: succeeded(stack, web))
    assert stack.inspect(name)["Config"]["Labels"]["marker"] == "new"
