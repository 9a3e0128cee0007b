"""An old image that the engine no longer knows: its defaults are remembered, or the doubt is said."""

import pytest

from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack


@pytest.fixture
def web(stack: Stack) -> str:
    """A stopped, labelled container with a variable of its own and one of its image's."""
    image = stack.name("web:1")
    stack.image(image, marker="old", env=["OF_IMAGE=old"])
    name = stack.name("web")
    labels = ("--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")
    stack.create(image, "-e", "OF_USER=1", *labels, name=name)
    return name


def forget_old_image(stack: Stack, web: str) -> None:
    """Remove the image by force, as other tools do, and give its tag to another."""
    stack.engine.api("DELETE", f"/images/{stack.inspect(web)['Image']}?force=1")
    stack.image(stack.name("web:1"), marker="new", env=["OF_IMAGE=new"])


def variables(stack: Stack, web: str) -> set[str]:
    return {text for text in stack.inspect(web)["Config"]["Env"] if text.startswith("OF_")}


def test_an_image_that_any_command_saw_is_remembered(cli: Commands, stack: Stack, web: str) -> None:
    assert cli("ctr-updater", web).code == 0
    forget_old_image(stack, web)

    done = cli(*UPDATE, web)

    assert (done.code, done.err) == (0, "")
    assert variables(stack, web) == {"OF_IMAGE=new", "OF_USER=1"}


def test_without_memory_a_one_shot_keeps_the_values_and_names_them(
    cli: Commands, stack: Stack, web: str
) -> None:
    forget_old_image(stack, web)

    done = cli(*UPDATE, web)

    assert done.code == 0
    assert done.err.count("\n") == 1
    assert "Env OF_IMAGE" in done.err
    assert variables(stack, web) == {"OF_IMAGE=old", "OF_USER=1"}


def test_without_memory_the_daemon_leaves_the_container_and_says_why(
    cli: Commands, stack: Stack, web: str
) -> None:
    before = stack.inspect(web)["Id"]
    forget_old_image(stack, web)

    done = cli("watcher", "run", "--once")

    assert done.code == 5
    assert "nobody knows its old image" in done.err
    assert stack.inspect(web)["Id"] == before
