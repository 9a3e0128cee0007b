"""A new image is taken once it has held its tag for the cooldown; until then no layer of it comes."""

import json
import time
from datetime import datetime

import pytest

from tests.integration.apps import QUICK, marker_of
from tests.integration.daemon.apps import OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Line, Start
from tests.integration.registry.live.apps import asked, blobs, publish, pulled
from tests.testbed.badregistry import BadRegistry
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

EACH_SECOND = ("--interval", "1s")
LONG = ("--label", "ctr-updater.cooldown=1h")
SHORT = ("--label", "ctr-updater.cooldown=10s")


def until(line: Line) -> datetime:
    """Until when a line of the log says that an image is held."""
    return datetime.fromisoformat(line["why"].partition("cooldown until ")[2])


def test_a_new_image_waits_and_no_layer_of_it_comes(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    before = len(blobs(front, web))
    publish(stack, registry, web)
    daemon = start(*EACH_SECOND)
    held = daemon.wait("container held", container=web.name)
    seen = len(asked(front, web))
    wait_until(lambda: len(asked(front, web)) > seen + 2, "two more questions")

    listed, checked = cli("watcher", "list"), cli("watcher", "check", web.name)

    for shown in (listed, checked):
        assert "held: " in shown.out
        assert held["why"].partition("cooldown until ")[2] in shown.out
    assert checked.code == 1
    assert 3500 < until(held).timestamp() - time.time() <= 3600
    assert len(blobs(front, web)) == before
    assert stack.image_id(web.image) == web.old
    assert is_untouched(stack, web)
    assert len(daemon.said("container held")) == 1
    assert cli("watcher", "check", "--remote", web.name).code == 1


def test_it_is_taken_when_the_time_is_over(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *SHORT))
    publish(stack, registry, web)

    daemon = start()
    held = daemon.wait("container held", container=web.name)
    updated = daemon.wait("container updated", container=web.name)

    assert datetime.fromisoformat(updated["timestamp"]) >= until(held)
    assert is_replaced(stack, web)


def test_a_tag_that_moves_on_starts_anew(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    publish(stack, registry, web)
    daemon = start(*EACH_SECOND)
    first = daemon.wait("container held", container=web.name)
    wait_until(lambda: datetime.now().astimezone().timestamp() > until(first).timestamp() - 3599, "a second")

    publish(stack, registry, web, "newer")

    assert until(daemon.wait("container held", container=web.name)) > until(first)
    assert is_untouched(stack, web)


def test_a_tag_that_moves_back_is_held_no_more(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    publish(stack, registry, web)
    start(*EACH_SECOND).wait("container held", container=web.name)

    publish(stack, registry, web, "old")

    wait_until(lambda: "up to date" in cli("watcher", "list").out, "the verdict")
    assert is_untouched(stack, web)


def test_the_clock_goes_on_over_a_restart(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    publish(stack, registry, web)
    first = start()
    before = first.wait("container held", container=web.name)
    assert first.stop() == 0

    assert start().wait("container held", container=web.name)["why"] == before["why"]


@pytest.mark.parametrize("state", ["/proc/1/nowhere", "/dev/null/nowhere"])
def test_where_nothing_can_be_kept_the_clock_runs_for_as_long_as_the_daemon(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry, state: str
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *SHORT))
    publish(stack, registry, web)

    daemon = start(env={"CTR_UPDATER_STATE_DIR": state})

    daemon.wait("container held", container=web.name)
    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_of_two_containers_on_one_tag_each_has_its_own_time(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    eager = web._replace(
        name=stack.name("eager"), cid=stack.run(web.image, *OPT_IN, name=stack.name("eager"))
    )
    publish(stack, registry, web)

    daemon = start(*EACH_SECOND)
    daemon.wait("container updated", container=eager.name)
    daemon.wait("container held", container=web.name)

    assert marker_of(stack, eager.name) == "new"
    assert is_untouched(stack, web)


def test_an_update_by_hand_does_not_wait(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG))
    publish(stack, registry, web)
    start().wait("container held", container=web.name)

    assert cli("watcher", "update", web.name, env=QUICK).code == 0
    assert is_replaced(stack, web)


def test_what_is_not_here_yet_cannot_be_approved_and_ends_no_earlier_approval(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, *LONG, "--label", "ctr-updater.mode=approve"))
    move(stack, web)
    assert cli("watcher", "approve", web.name).code == 0
    stack.engine.docker("tag", web.old, web.image)
    publish(stack, registry, web, "newer")
    start().wait("container held", container=web.name)

    done = cli("watcher", "approve", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
    assert "is not here yet" in done.err
    kept = json.loads(cli("watcher", "history", "--json", web.name).out)
    assert [row["kind"] for row in kept] == ["approve"]


def test_a_tag_that_is_followed_here_alone_waits_too(start: Start, stack: Stack) -> None:
    patient, short = labelled(stack, *LONG, name="patient"), labelled(stack, *SHORT, name="short")
    daemon = start().looked()
    move(stack, patient)
    move(stack, short)

    daemon.wait("container held", container=patient.name)
    held = daemon.wait("container held", container=short.name)
    updated = daemon.wait("container updated", container=short.name)

    assert datetime.fromisoformat(updated["timestamp"]) >= until(held)
    assert is_untouched(stack, patient)


def test_the_daemons_own_setting_holds_for_those_without_a_label(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    eager = pulled(
        stack, registry, front, name="eager", options=(*OPT_IN, "--label", "ctr-updater.cooldown=0")
    )
    for app in (web, eager):
        publish(stack, registry, app)

    daemon = start("--cooldown", "1h")

    daemon.wait("container held", container=web.name)
    daemon.wait("container updated", container=eager.name)
    assert is_untouched(stack, web)


def test_a_cooldown_that_cannot_be_read_keeps_the_container_as_it_is_and_is_said(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=(*OPT_IN, "--label", "ctr-updater.cooldown=soon"))
    before = len(asked(front, web))
    publish(stack, registry, web)

    said = start(*EACH_SECOND).wait("container not updated", container=web.name)

    assert "ctr-updater.cooldown='soon'" in said["why"]
    assert "ctr-updater.cooldown='soon'" in cli("watcher", "list").out
    assert len(asked(front, web)) == before
    assert is_untouched(stack, web)
