"""Labelled containers, and what is expected of them."""

from typing import Unpack

from tests.integration.apps import App, current
from tests.testbed.images import Options
from tests.testbed.stack import Stack

OPT_IN = ("--label", "ctr-updater.enable=true")
# A tag that no registry holds would be asked for at each interval, and the error would be in the log.
LOCAL = (*OPT_IN, "--label", "ctr-updater.source=local")
# Of a container whose new image is bad: that ends long before it would have proved itself.
PATIENT = ("--label", "ctr-updater.stable-for=5s")


def labelled(stack: Stack, *options: object, name: str = "web") -> App:
    """Run a labelled container that follows a local tag and is up to date."""
    return current(stack, *LOCAL, *options, name=name)


def move(stack: Stack, app: App, *, marker: str = "new", **image: Unpack[Options]) -> str:
    """Move the app's tag by `docker load` to an image that says `marker`; returns the image's id."""
    return stack.image(app.image, marker=marker, **image)


def is_replaced(stack: Stack, app: App) -> bool:
    """Whether another container has the name and runs the image of the tag, and nothing is left over."""
    status, found = stack.engine.api("GET", f"/containers/{app.name}/json")
    names = [name for name in stack.containers() if name.startswith(app.name)]
    return bool(
        status == 200
        and found["Id"] != app.cid
        and found["Image"] == stack.image_id(app.image)
        and found["State"]["Running"]
        and names == [app.name]
    )


def succeeded(stack: Stack, app: App) -> bool:
    """Whether a successor has the app's name and runs; the name is nobody's for a moment."""
    status, found = stack.engine.api("GET", f"/containers/{app.name}/json")
    return bool(status == 200 and found["Id"] != app.cid and found["State"]["Running"])


def is_untouched(stack: Stack, app: App) -> bool:
    """Whether the container is the one that it was at first, and runs."""
    found = stack.inspect(app.name)
    return bool(found["Id"] == app.cid and found["State"]["Running"] and found["RestartCount"] == 0)
