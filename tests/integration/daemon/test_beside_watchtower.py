"""Beside a Watchtower that updates the same containers the daemon only tells, until that is gone."""

import json

import pytest

from tests.integration.apps import current, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.scenario

IMAGE, IS_ONE = "containrrr/watchtower:latest", {"com.centurylinklabs.watchtower": "true"}
PROGRAM = {"watchtower": "#!/bin/sh\nexec sleep 9999\n"}


def watchtower(stack: Stack, *words: str, image: str = IMAGE, has_socket: bool = True) -> str:
    """Run a container that is one by its image, and that does nothing."""
    name = stack.name("tower")
    stack.image(image, entrypoint=["/bin/sh", "/watchtower"], files=PROGRAM, cmd=[], labels=IS_ONE)
    socket = ("-v", f"{stack.engine.socket}:/var/run/docker.sock") if has_socket else ()
    stack.run(image, *socket, name=name, command=words)
    return name


def modes(cli: Commands) -> dict[str, str]:
    """What `watcher list` shows as the mode of each container."""
    return {row["name"]: row["mode"] for row in json.loads(cli("watcher", "list", "--json").out)}


@pytest.mark.every_engine
def test_what_it_updates_is_only_told_of_until_it_is_gone(start: Start, cli: Commands, stack: Stack) -> None:
    web, other = labelled(stack), labelled(stack, name="other")
    tower = watchtower(stack, web.name)
    daemon = start().looked()

    move(stack, web)
    daemon.wait("update available", container=web.name)
    move(stack, other)
    daemon.wait("container updated", container=other.name)

    assert is_untouched(stack, web)
    assert modes(cli) == {web.name: "notify", other.name: "update"}
    (line,) = daemon.said("watchtower runs")
    assert (line["watchtower"], line["containers"]) == (tower, [web.name])

    stack.engine.docker("stop", "-t", "0", tower)
    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)
    assert modes(cli) == {web.name: "update", other.name: "update"}


def test_its_end_has_a_tag_pulled_that_was_only_asked_for(
    start: Start, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *OPT_IN)
    tower = watchtower(stack)
    daemon = start().looked()
    daemon.wait("update available", container=web.name)

    stack.engine.docker("rm", "-f", tower)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_one_that_comes_back_is_told_again(start: Start, stack: Stack) -> None:
    web = labelled(stack)
    tower = watchtower(stack)
    daemon = start().looked()
    daemon.wait("watchtower runs", containers=[web.name])

    stack.engine.docker("stop", "-t", "0", tower)
    move(stack, web)
    daemon.wait("container updated", container=web.name)
    stack.engine.docker("start", tower)
    daemon.wait("watchtower runs", containers=[web.name])

    move(stack, web, marker="newer")
    daemon.wait("update available", container=web.name)


def test_one_that_comes_while_an_update_waits_for_its_turn_keeps_it_off(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    db = outdated(stack, *LOCAL, name="db")
    web = outdated(stack, *LOCAL, "--label", f"ctr-updater.depends-on={db.name}")
    hold = Hold()
    proxy.arm(hold, match=f"^POST /.*containers/{db.cid}/stop")
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)

    daemon.wait("watchtower runs", watchtower=watchtower(stack, web.name))
    hold.release()

    daemon.wait("container updated", container=db.name)
    daemon.wait("update available", container=web.name)
    assert is_untouched(stack, web)


@pytest.mark.parametrize(
    "words",
    [("--scope", "another"), ("--label-enable",), ("--monitor-only",), ("--disable-containers", "{web}")],
    ids=" ".join,
)
def test_what_it_does_not_update_is_updated(cli: Commands, stack: Stack, words: tuple[str, ...]) -> None:
    web = outdated(stack, *LOCAL)
    watchtower(stack, *(word.format(web=web.name) for word in words))

    assert modes(cli) == {web.name: "update"}


def test_labels_of_an_image_count_for_it(cli: Commands, stack: Stack) -> None:
    web = current(stack, *LOCAL, labels={"com.centurylinklabs.watchtower.enable": "true"})
    watchtower(stack, "--label-enable")

    counting = cli("watcher", "list", "--json", env={"CTR_UPDATER_WATCHTOWER": "true"})

    assert modes(cli) == {web.name: "notify"}
    assert json.loads(counting.out)[0]["mode"] == "notify"


@pytest.mark.parametrize(("has_socket", "mode"), [(True, "notify"), (False, "update")])
def test_an_image_that_says_to_be_one_must_be_able_to_reach_an_engine(
    cli: Commands, stack: Stack, has_socket: bool, mode: str
) -> None:
    web = outdated(stack, *LOCAL)
    watchtower(stack, image=stack.name("fork:1"), has_socket=has_socket)

    assert modes(cli) == {web.name: mode}


def test_people_are_told_and_may_update_it_all_the_same(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.stable-for=300ms")
    tower = watchtower(stack)

    checked, listed = cli("watcher", "check", web.name), cli("watcher", "list")

    why = f"the Watchtower {tower} updates"
    assert (checked.code, listed.code) == (1, 0)
    assert f"{web.name}: {why} it, so that the daemon only tells, until that is gone" in checked.err
    assert f"{why} {web.name}: the daemon only tells of these, until that is gone" in listed.err
    assert cli("watcher", "update", web.name).code == 0
    assert is_replaced(stack, web)


def test_one_pass_leaves_it_alone_too(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)
    watchtower(stack)

    done = cli("watcher", "run", "--once", env={"CTR_UPDATER_LOG_FORMAT": "json"})

    assert (done.code, '"watchtower runs"' in done.err) == (0, True), done.err
    assert is_untouched(stack, web)
