"""Containers whose image came from a registry that can be made to misbehave."""

from typing import Unpack

from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN
from tests.testbed.badregistry import BadRegistry
from tests.testbed.images import Options
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


def pulled(
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    *,
    name: str = "web",
    options: tuple[str, ...] = OPT_IN,
) -> App:
    """Run a labelled container whose image was pulled by way of `front`."""
    repository = stack.name(f"{name}-app:1")
    real = f"{registry.address}/{repository}"
    stack.image(real, marker="old")
    stack.engine.docker("push", real)
    stack.engine.docker("rmi", real)
    reference = f"{front.address}/{repository}"
    stack.engine.docker("pull", reference)
    cid = stack.run(reference, *options, name=stack.name(name))
    return App(stack.name(name), cid, reference, stack.image_id(reference))


def loaded(stack: Stack, address: str, *, name: str = "web", options: tuple[str, ...] = OPT_IN) -> App:
    """Run a labelled container whose tag names a registry that its image never came from."""
    reference = f"{address}/{stack.name(f'{name}-app:1')}"
    old = stack.image(reference, marker="old")
    return App(stack.name(name), stack.run(reference, *options, name=stack.name(name)), reference, old)


def publish(
    stack: Stack, registry: PrivateRegistry, app: App, marker: str = "new", **image: Unpack[Options]
) -> None:
    """Move the app's tag in the real registry, by pushing from an engine that may not be the app's.

    The app's own tag stays as it was on both.
    """
    real = f"{registry.address}/{app.image.partition('/')[2]}"
    stack.image(real, marker=marker, **image)
    stack.engine.docker("push", real)
    stack.engine.docker("rmi", real)


def asked(front: BadRegistry, app: App) -> list[str]:
    """The questions so far for the app's repository."""
    repository = app.image.partition("/")[2].partition(":")[0]
    return [text for text in front.asked() if f"/v2/{repository}/" in text]


def blobs(front: BadRegistry, app: App) -> list[str]:
    """The layers and configs that were fetched for the app so far."""
    return [text for text in asked(front, app) if "/blobs/" in text]
