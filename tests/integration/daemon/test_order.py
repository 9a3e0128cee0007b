"""A dependency is updated and proved before its dependents begin; what failed holds them back."""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, App, current, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Hold
from tests.testbed.images import Options
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

BROKEN: Options = {"cmd": "echo I am broken; exit 3"}


def after(*names: str) -> tuple[str, str]:
    return ("--label", f"ctr-updater.depends-on={','.join(names)}")


def test_a_dependency_is_proved_before_its_dependents_begin(start: Start, stack: Stack) -> None:
    """The dependent's name comes first, and its container was made first."""
    web = outdated(stack, *LOCAL, *after(stack.name("db")))
    db = outdated(stack, *LOCAL, name="db")

    with stack.events() as events:
        start()
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)
    stack.wait(lambda: is_replaced(stack, web) and is_replaced(stack, db))


def test_the_order_holds_across_a_container_that_has_no_update(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL, *after(stack.name("api")))
    db = outdated(stack, *LOCAL, name="db")
    api = current(stack, *after(db.name), name="api")

    with stack.events() as events:
        start()
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)
    assert is_untouched(stack, api)


def test_who_depends_on_nothing_waits_for_nobody(start: Start, stack: Stack, proxy: Proxy) -> None:
    db, fence = outdated(stack, *LOCAL, name="db"), outdated(stack, *LOCAL, name="fence")
    web = outdated(stack, *LOCAL, *after(db.name))
    hold = Hold()
    proxy.arm(hold, match=f"^POST /.*containers/{db.cid}/stop")

    daemon = start(host=proxy.host)
    daemon.wait("container updated", container=fence.name)

    assert is_untouched(stack, web)
    hold.release()
    daemon.wait("container updated", container=web.name)


def test_a_dependency_that_failed_holds_its_dependents_back_and_that_is_said_once(
    daemon: Running, stack: Stack
) -> None:
    db, fence = labelled(stack, *PATIENT, name="db"), labelled(stack, name="fence")
    web = labelled(stack, *after(db.name))

    move(stack, db, **BROKEN)
    daemon.wait("update rolled back", container=db.name)
    move(stack, web)
    line = daemon.wait("container held back", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert line["why"] == f"{db.name} failed"
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


def held_back(daemon: Running, stack: Stack) -> tuple[App, App]:
    """A dependency that has failed, and a dependent that has an update and is held back by it."""
    db = labelled(stack, *PATIENT, name="db")
    web = labelled(stack, *after(db.name))
    move(stack, db, **BROKEN)
    daemon.wait("update rolled back", container=db.name)
    move(stack, web)
    daemon.wait("container held back", container=web.name)
    return db, web


def test_dependents_go_on_when_the_dependency_has_an_image_that_works(daemon: Running, stack: Stack) -> None:
    db, web = held_back(daemon, stack)

    with stack.events() as events:
        move(stack, db, marker="mended")
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)


def test_dependents_go_on_when_the_dependency_is_taken_back(daemon: Running, stack: Stack) -> None:
    db, web = held_back(daemon, stack)

    stack.tag(db.old, db.image)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)
    assert is_untouched(stack, db)


def test_a_failure_holds_dependents_back_after_a_restart_of_the_daemon_too(
    start: Start, stack: Stack
) -> None:
    db = labelled(stack, *PATIENT, name="db")
    web = labelled(stack, *after(db.name))
    first = start().looked()
    move(stack, db, **BROKEN)
    first.wait("update rolled back", container=db.name)
    assert first.stop() == 0
    move(stack, web)

    line = start().wait("container held back", container=web.name)

    assert line["why"] == f"{db.name} failed"
    assert is_untouched(stack, web)


def test_those_in_a_circle_are_reported_once_and_updated_on_their_own(daemon: Running, stack: Stack) -> None:
    web = labelled(stack, *after(stack.name("db")))
    db = labelled(stack, *after(web.name), name="db")

    move(stack, web)
    move(stack, db)
    for app in (web, db):
        daemon.wait("container updated", container=app.name)

    assert daemon.stop() == 0
    told = [line["why"] for line in daemon.said("order in doubt")]
    assert told.count(f"{db.name}, {web.name} depend on one another: each is updated on its own") == 1


def test_a_name_that_nothing_has_is_reported_once_and_waited_for_by_nobody(
    daemon: Running, stack: Stack
) -> None:
    web = labelled(stack, *after(stack.name("gone")))

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    (line,) = daemon.said("order in doubt")
    assert (web.name in line["why"], stack.name("gone") in line["why"]) == (True, True)


@pytest.mark.parametrize("text", [",", "db,,cache", "db cache", "db;cache"])
def test_names_that_cannot_be_read_are_reported_and_the_container_is_left_alone(
    start: Start, stack: Stack, text: str
) -> None:
    odd, fence = labelled(stack, *after(text), name="odd"), labelled(stack, name="fence")
    move(stack, odd)
    daemon = start().looked()

    line = daemon.wait("container not updated", container=odd.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert "names of containers, separated by commas" in line["why"]
    assert is_untouched(stack, odd)


def test_a_dependency_that_is_being_pulled_is_waited_for(
    start: Start, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    """A release moves both tags, and the smaller image is there first."""
    db = published(stack, registry, *OPT_IN, name="db")
    web, fence = outdated(stack, *LOCAL, *after(db.name)), outdated(stack, *LOCAL, name="fence")
    hold = Hold()
    proxy.arm(hold, match=r"^POST .*/images/create.*db-app")
    daemon = start(host=proxy.host)
    assert hold.reached.wait(60)
    daemon.wait("container updated", container=fence.name)
    move(stack, web, marker="newer")
    move(stack, fence, marker="newer")
    daemon.wait("container updated", container=fence.name)

    with stack.events() as events:
        hold.release()
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)


def test_one_pass_keeps_to_the_order(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *LOCAL, *after(stack.name("db")))
    db = outdated(stack, *LOCAL, name="db")

    with stack.events() as events:
        done = once()
        told = story(events, ends=2)

    assert (done.code, told) == (0, one_after_another(db.name, web.name))


def test_the_exit_code_of_a_pass_is_that_of_the_failed_dependency(
    once: Callable[..., Result], stack: Stack
) -> None:
    db = outdated(stack, *LOCAL, *PATIENT, name="db", new=BROKEN)
    web = outdated(stack, *LOCAL, *after(db.name))

    done = once()

    assert done.code == 6
    assert f"{db.name} failed" in done.err
    assert is_untouched(stack, web)


def updated_by_hand(cli: Commands, *apps: App) -> Result:
    return cli("watcher", "update", "--no-pull", *(app.name for app in apps), env=QUICK)


def test_containers_that_are_named_keep_to_the_order(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *after(stack.name("db")))
    db, last = outdated(stack, name="db"), outdated(stack, name="a-last")

    with stack.events() as events:
        done = updated_by_hand(cli, web, db, last)
        told = story(events, ends=3)

    assert done.code == 0, done.err
    assert told == one_after_another(db.name, last.name, web.name)


def test_a_named_container_does_not_wait_for_what_is_refused(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, name="db")
    web = outdated(stack, *after(db.name))
    assert cli("watcher", "hold", db.name).code == 0

    done = updated_by_hand(cli, web, db)

    assert done.code == 7
    assert f"{db.name} is not updated" in done.err
    assert is_untouched(stack, db)
    assert is_replaced(stack, web)


def test_a_named_container_is_held_back_where_its_dependency_failed(cli: Commands, stack: Stack) -> None:
    db = outdated(stack, *PATIENT, name="db", new=BROKEN)
    web, fence = outdated(stack, *after(db.name)), outdated(stack, name="fence")

    done = updated_by_hand(cli, web, db, fence)

    assert done.code == 6
    assert f"{web.name}: held back: {db.name} failed\n" in done.err
    assert is_untouched(stack, web)
    assert is_replaced(stack, fence)
