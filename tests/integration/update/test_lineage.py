"""Whose failures count for whom: by the container and its engine, not by its name."""

import json

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, outdated
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.images import Options
from tests.testbed.stack import Stack

BROKEN: Options = {"cmd": "exit 3"}


def verdict(cli: Commands, app: App, host: str = "") -> str:
    """What `watcher check` says of it."""
    said = cli("watcher", "check", "--json", app.name, env={"DOCKER_HOST": host} if host else {})
    return str(json.loads(said.out)["verdict"])


def fail(cli: Commands, app: App) -> None:
    """Have the update of a container fail, and be held."""
    assert cli("watcher", "update", "--no-pull", app.name, env=CRASHES).code == 6
    assert verdict(cli, app) == "held"


def test_a_container_made_anew_by_hand_is_tried_with_what_failed_in_another(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, new=BROKEN)
    bad = stack.image_id(web.image)
    stack.tag(bad, stack.name("bad:1"))
    fail(cli, web)

    stack.engine.docker("rm", "-f", web.name)
    stack.tag(web.old, web.image)
    stack.run(web.image, "-e", "NEW=1", name=web.name)
    stack.tag(bad, web.image)

    assert verdict(cli, web) == "outdated"


def test_what_failed_on_one_engine_is_not_held_on_another_with_the_same_state_directory(
    cli: Commands, stack: Stack, engine_version: str
) -> None:
    web = outdated(stack, new=BROKEN)
    fail(cli, web)

    with PrivateEngine(engine_version) as own:
        there = Stack(own)
        old = there.image(web.image, marker="old")
        there.run(web.image, name=web.name)
        bad = there.image(web.image, marker="new", **BROKEN)

        assert (old, bad) == (web.old, stack.image_id(web.image))
        assert verdict(cli, web, own.host) == "outdated"
        assert (
            cli("watcher", "update", "--no-pull", web.name, env=CRASHES | {"DOCKER_HOST": own.host}).code == 6
        )
        assert verdict(cli, web, own.host) == "held"
    assert verdict(cli, web) == "held"


def test_a_container_that_an_update_of_another_made_anew_is_still_not_tried_with_what_failed(
    cli: Commands, stack: Stack
) -> None:
    vpn = current(stack, name="vpn")
    side = outdated(
        stack, "--network", f"container:{vpn.name}", name="side", cmd="sleep infinity", new=BROKEN
    )
    fail(cli, side)

    stack.image(vpn.image, marker="newer")
    done = cli("watcher", "update", "--no-pull", vpn.name, env=QUICK)

    assert done.code == 0, done
    assert stack.inspect(side.name)["Id"] != side.cid
    assert verdict(cli, side) == "held"


def test_what_failed_in_a_container_that_removes_itself_is_held_for_the_one_in_its_place(
    cli: Commands, stack: Stack
) -> None:
    """The old one is gone once it is stopped, and what comes back is a spare with another id."""
    web = outdated(stack, "--rm", new=BROKEN)

    fail(cli, web)

    assert stack.inspect(web.name)["Id"] != web.cid


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "new",
    [{"cmd": ["/no-such-command"]}, {"config": {"User": "nobody-knows"}}],
    ids=["no such command", "no such user"],
)
def test_an_image_that_cannot_be_started_is_held_where_the_engine_removes_its_container_for_that(
    cli: Commands, stack: Stack, new: Options
) -> None:
    web = outdated(stack, "--rm", "-e", "TOKEN=/no-such-command", new=new)

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (6, 1)
    assert "cannot start the container " in done.err
    assert "/no-such-command" not in done.err, "it is the value of a variable"
    assert "No such container" not in done.err
    assert stack.inspect(web.name)["Image"] == web.old
    assert verdict(cli, web) == "held"
