"""What people hold, release and approve is obeyed by the daemon at once."""

import pytest

from tests.integration.apps import current, outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.test_registry import PULL, publish, pulls, pushed
from tests.integration.decisions import Person
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, answer
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

APPROVE = ("--label", "ctr-updater.mode=approve")


@pytest.fixture
def person(cli: Commands, stack: Stack) -> Person:
    return Person(cli, stack)


def test_mode_approve_waits_for_a_person_and_for_each_image_anew(
    daemon: Running, stack: Stack, person: Person
) -> None:
    web = labelled(stack, *APPROVE)

    first = move(stack, web, marker="first")
    line = daemon.wait("update waits for approval", container=web.name)
    assert (line["why"], line["new"]) == (f"`watcher approve {web.name}` lets it go ahead", first[7:19])
    second = move(stack, web, marker="second")
    assert daemon.wait("update waits for approval", container=web.name)["new"] == second[7:19]
    assert is_untouched(stack, web)
    person.decide(web.name, "approve", image=second)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_an_approval_is_of_one_image_alone(daemon: Running, stack: Stack, person: Person) -> None:
    web, fence = labelled(stack, *APPROVE), labelled(stack, *APPROVE, name="fence")
    first = move(stack, web, marker="first")
    daemon.wait("update waits for approval", container=web.name)
    move(stack, web, marker="second")
    daemon.wait("update waits for approval", container=web.name)
    wanted = move(stack, fence)
    daemon.wait("update waits for approval", container=fence.name)

    person.decide(web.name, "approve", image=first)
    person.decide(fence.name, "approve", image=wanted)

    daemon.wait("container updated", container=fence.name)
    assert daemon.stop() == 0
    assert is_untouched(stack, web)


def test_what_waits_for_approval_is_pulled(start: Start, stack: Stack, registry: PrivateRegistry) -> None:
    web = pushed(stack, registry, options=(*OPT_IN, *APPROVE))
    publish(stack, registry, web, "new")

    line = start().wait("update waits for approval", container=web.name)

    assert line["new"] == stack.image_id(web.image)[7:19] != web.old[7:19]


def test_what_a_person_holds_is_left_alone_until_it_is_released(
    daemon: Running, stack: Stack, person: Person
) -> None:
    web = labelled(stack)
    person.decide(web.name)

    move(stack, web)
    line = daemon.wait("container held", container=web.name)
    assert (line["why"], line["level"]) == ("held by cli: the fair", "info")
    assert is_untouched(stack, web)
    person.release(web.name)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_a_hold_that_ends_by_itself_is_over_then(daemon: Running, stack: Stack, person: Person) -> None:
    web = labelled(stack)
    person.decide(web.name, lasts_s=10)

    move(stack, web)

    daemon.wait("container held", container=web.name)
    daemon.wait("container updated", container=web.name)


def test_a_hold_of_this_image_ends_when_the_tag_moves_on(
    daemon: Running, stack: Stack, person: Person
) -> None:
    web = labelled(stack)
    person.decide(web.name, image=stack.image(stack.name("bad:1"), marker="bad"))
    stack.tag(stack.name("bad:1"), web.image)
    daemon.wait("container held", container=web.name)

    move(stack, web, marker="good")

    daemon.wait("container updated", container=web.name)


def test_a_hold_in_the_last_moment_is_obeyed(
    start: Start, stack: Stack, proxy: Proxy, person: Person
) -> None:
    """The daemon has judged already, and asks for the last facts of the update."""
    web, hold = outdated(stack, *LOCAL), Hold()
    proxy.arm(hold, match=f"POST .*/containers/create.*{web.name}", when="before")
    proxy.arm(judged := Hold(), match=f"GET .*/containers/{web.cid}/json", when="before")
    daemon = start(host=proxy.host)

    assert judged.reached.wait(60)
    person.decide(web.name)
    judged.release()

    daemon.wait("container held", container=web.name)
    assert not hold.reached.is_set()
    assert is_untouched(stack, web)
    hold.release()


def test_a_tag_whose_followers_are_all_held_is_not_asked_for_until_one_is_released(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy, person: Person
) -> None:
    web, db = pushed(stack, registry), pushed(stack, registry, name="db")
    beside = stack.run(db.image, *OPT_IN, name=stack.name("beside"))
    assert beside
    person.decide(web.name)
    person.decide(db.name)
    daemon = start("--interval", "1s", host=proxy.host).looked()

    wait_until(lambda: pulls(proxy, db) > 2, "the third pull of a tag that somebody follows")
    assert pulls(proxy, web) == 0
    publish(stack, registry, web, "new")
    person.release(web.name)

    daemon.wait("container updated", container=web.name)


def test_a_tag_that_has_no_answer_is_given_up_once_all_its_followers_are_held(
    start: Start, stack: Stack, proxy: Proxy, person: Person
) -> None:
    web = current(stack, *OPT_IN)
    proxy.arm(answer(500, "unknown blob"), match=f"{PULL}.*web-app", times=1000)
    daemon = start("--interval", "1s", host=proxy.host)
    daemon.wait("tag not pulled", image=web.image)

    person.decide(web.name)

    assert "hold" in daemon.wait("tag given up", image=web.image)["why"]
