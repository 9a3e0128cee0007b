"""What a rollback holds, and what a person holds back from one: each ends as its line says."""

import sqlite3

import pytest

from tests.integration.apps import CRASHES, QUICK, App
from tests.integration.decisions import Person
from tests.integration.update.test_rollback import VERSION, judged, updated
from tests.integration.updates import UPDATE, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold, run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine

GOOD = "trap 'exit 0' TERM; sleep 1000 & wait"


@pytest.fixture
def person(cli: Commands, stack: Stack) -> Person:
    return Person(cli, stack)


def test_a_person_who_releases_what_a_rollback_holds_has_it_updated(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    left = stack.inspect(web.name)["Image"]
    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0
    refused = cli(*UPDATE, web.name, env=QUICK)
    assert (refused.code, f"`watcher release {web.name}` ends that" in refused.err) == (7, True)

    said = [cli("watcher", "release", web.name).out for _ in range(2)]

    assert said == [f"{web.name}: released\n", f"{web.name}: nobody held it\n"]
    assert judged(cli, web.name)["verdict"] == "outdated"
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert stack.inspect(web.name)["Image"] == left


def test_what_was_released_once_is_held_by_the_next_rollback(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    for words in (("rollback",), ("release",), UPDATE[1:], ("rollback",)):
        assert cli("watcher", *words, web.name, env=QUICK).code == 0

    assert judged(cli, web.name)["verdict"] == "held"


def released(cli: Commands, stack: Stack, first: str = GOOD) -> App:
    """A container that ran 1.0 (its command is `first`) and 3.0, went back to 2.0, and was released."""
    volume = stack.name("seen")
    options = ("-v", f"{volume}:/v", "--label", "ctr-updater.keep=5")
    web = updated(cli, stack, *options, cmd=first, new={"cmd": GOOD})
    stack.image(web.image, marker="newest", cmd=GOOD, labels={VERSION: "3.0"})
    for words in (UPDATE[1:], ("rollback",), ("release",)):
        assert cli("watcher", *words, web.name, env=QUICK).code == 0
    return web


def test_a_rollback_that_fails_ends_no_release(cli: Commands, stack: Stack) -> None:
    web = released(cli, stack, first=f"[ -e /v/seen ] && exit 3; touch /v/seen; {GOOD}")

    assert cli("watcher", "rollback", "--to", "1.0", web.name, env=CRASHES).code == 6

    assert judged(cli, web.name)["verdict"] == "outdated"


@pytest.mark.parametrize(
    ("call", "code", "verdict"),
    [("^POST .*/stop", 0, "current"), ("^DELETE .*containers/[0-9a-f]{64}", 7, "held")],
    ids=["undone", "finished"],
)
def test_a_rollback_that_is_killed_ends_a_release_only_where_it_is_finished(
    cli: Commands, stack: Stack, proxy: Proxy, call: str, code: int, verdict: str
) -> None:
    web = released(cli, stack)
    words = ("rollback", "--to", "1.0", web.name)
    process = cli.start("watcher", *words, env=QUICK | {"DOCKER_HOST": proxy.host})
    armed = proxy.arm(run(process.kill), match=call)
    process.communicate()
    assert armed.fired.is_set()

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, judged(cli, web.name)["verdict"]) == (code, verdict)


def test_a_release_that_cannot_be_kept_is_no_release(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0
    with sqlite3.connect(cli.state / "database.sqlite") as connection:
        connection.execute("PRAGMA user_version = 1000")
    connection.close()

    done = cli("watcher", "release", web.name)

    assert (done.code, done.out) == (7, "")
    assert judged(cli, web.name)["verdict"] == "held"


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_what_a_person_holds_goes_back_only_once_it_is_released(
    cli: Commands, stack: Stack, person: Person, words: tuple[str, ...]
) -> None:
    web = updated(cli, stack)
    before = stack.inspect(web.name)
    person.decide(web.name)

    refused = cli("watcher", "rollback", *words, web.name, env=QUICK)

    assert (refused.code, refused.out) == (7, "")
    assert refused.err == (
        f"{web.name} is not rolled back: held by cli: the fair - `watcher release {web.name}` ends that\n"
    )
    unchanged(stack, before)
    person.release(web.name)
    assert cli("watcher", "rollback", *words, web.name, env=QUICK).code == 0


def test_a_hold_in_the_last_moment_of_a_rollback_is_obeyed(
    cli: Commands, stack: Stack, person: Person, proxy: Proxy
) -> None:
    web, looked = updated(cli, stack), Hold()
    before = stack.inspect(web.name)
    proxy.arm(looked, match="GET .*/images/", when="before")
    process = cli.start("watcher", "rollback", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    assert looked.reached.wait(60)

    person.decide(web.name)
    looked.release()

    said = process.communicate(timeout=60)[1]
    assert (process.returncode, "update --again" in str(said)) == (7, False)
    unchanged(stack, before)


def test_a_hold_of_the_image_that_runs_lets_it_go_back(cli: Commands, stack: Stack, person: Person) -> None:
    web = updated(cli, stack)
    person.decide(web.name, image=stack.inspect(web.name)["Image"])

    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0

    assert stack.inspect(web.name)["Image"] == web.old
