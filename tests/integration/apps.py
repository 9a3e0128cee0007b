"""Containers with an update available, of the kinds that the tests of the commands begin with."""

from typing import Any, NamedTuple

from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# The proof of a success takes 10 s by default.
QUICK = {"CTR_UPDATER_STABLE_FOR": "500ms"}
# Of a bad image: it ends long before it would have proved itself, however busy the machine.
CRASHES = {"CTR_UPDATER_STABLE_FOR": "30s"}
# Of a bad one beside a good one, whose proof takes all of that time.
BESIDE = {"CTR_UPDATER_STABLE_FOR": "3s"}
ENABLED = ("--label", "ctr-updater.enable=true")


class App(NamedTuple):
    """A container and its image.

    Attributes:
        name: The container's.
        cid: Its id at first.
        image: The reference that it was created with.
        old: The id of the image that it runs at first.
    """

    name: str
    cid: str
    image: str
    old: str


def current(stack: Stack, *options: object, name: str = "web", **image: Any) -> App:
    """Run a container whose tag, a local one, means its own image."""
    reference = stack.name(f"{name}-app:1")
    old = stack.image(reference, **({"marker": "old"} | image))
    return App(stack.name(name), stack.run(reference, *options, name=stack.name(name)), reference, old)


def namesake(other: Stack, app: App, *options: str) -> App:
    """Run a container on another engine that has an app's name and its old image."""
    old = other.image(app.image, marker="old")
    return App(app.name, other.run(app.image, *options, name=app.name), app.image, old)


def outdated(stack: Stack, *options: object, name: str = "web", new: Any = None, **image: Any) -> App:
    """Run a container and move its tag; `new` holds what is different of the new image beside the marker."""
    app = current(stack, *options, name=name, **image)
    stack.image(app.image, **(image | {"marker": "new"} | (new or {})))
    return app


def published(
    stack: Stack, registry: PrivateRegistry, *options: object, name: str = "web", **image: Any
) -> App:
    """Run a container whose tag has moved in the registry; the engine has only the old image."""
    reference = f"{registry.address}/{stack.name(f'{name}-app:1')}"
    new = stack.image(reference, **(image | {"marker": "new"}))
    stack.engine.docker("push", reference)
    old = stack.image(reference, **({"marker": "old"} | image))
    stack.engine.docker("rmi", new)
    return App(stack.name(name), stack.run(reference, *options, name=stack.name(name)), reference, old)


def unpublished(stack: Stack, registry: PrivateRegistry) -> App:
    """Run a container whose tag its registry does not know."""
    reference = f"{registry.address}/{stack.name('never-pushed:1')}"
    old = stack.image(reference)
    return App(stack.name("web"), stack.run(reference, name=stack.name("web")), reference, old)


def marker_of(stack: Stack, name: str) -> str:
    """The marker of the image that a container runs."""
    return str(stack.inspect(name)["Config"]["Labels"]["marker"])


def short(image: str) -> str:
    """The digits of an image's id that people are shown."""
    return image.removeprefix("sha256:")[:12]


def moved(stack: Stack, app: App) -> str:
    """What is said of an app whose tag has moved."""
    return f"{app.image} was {short(app.old)}, is {short(stack.image_id(app.image))}"
