"""What `check` and `list` say of a container while an update of it is open."""

import json
import subprocess

import pytest

from tests.integration.apps import ENABLED, App, current, outdated
from tests.integration.daemon.apps import LOCAL
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack
from watcher.update.steps.stages import WORDS

STEPS = [*((number, ()) for number in range(1, 6)), *((number, ("--rm",)) for number in range(1, 7))]

DRY = ("watcher", "update", "--no-pull", "--dry-run")
PLANS = (DRY, (*DRY, "--again"), ("watcher", "rollback", "--dry-run"))


def under_way_at(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, options: tuple[str, ...]
) -> tuple[App, Hold, subprocess.Popen[str]]:
    """A container whose update is held after one of its requests that change something, and the updater."""
    web, hold = outdated(stack, *ENABLED, *options), Hold()
    proxy.arm(hold, n=number, when="after")
    updater = cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    return web, hold, updater


@pytest.mark.parametrize(("number", "options"), STEPS)
def test_an_update_is_one_row_of_the_containers_own_name_until_it_has_ended(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, options: tuple[str, ...]
) -> None:
    """While it is under way, and when the updater was killed: neither up to date, nor for sure an update."""
    web, hold, updater = under_way_at(cli, stack, proxy, number, options)

    under_way, (row,) = cli("watcher", "check", web.name), json.loads(cli("watcher", "list", "--json").out)
    updater.kill()
    updater.wait()
    killed, (line,) = cli("watcher", "check", web.name), cli("watcher", "list").out.splitlines()[1:]
    hold.release()

    assert under_way == (5, f"{web.name}: unknown: an update of it is under way\n", "")
    assert (row["name"], row["image"], row["state"]) == (web.name, web.image, "updating")
    assert (row["verdict"], row["target"]) == ("unknown", None)
    assert row["waits"] == [
        {"for": "open update", "until": None, "why": "an update of it is under way"},
    ]
    assert row["stage"] in WORDS
    advice = f"an update of it is open: if no updater is at work on it, `watcher update {web.name}` ends it"
    assert killed == (5, f"{web.name}: unknown: {advice}\n", "")
    assert line.split(maxsplit=4) == [web.name, web.image, "updating", "update", f"unknown: {advice}"]


@pytest.mark.parametrize(("number", "options"), STEPS)
def test_nothing_is_planned_of_a_container_until_its_update_has_ended(
    cli: Commands, stack: Stack, proxy: Proxy, number: int, options: tuple[str, ...]
) -> None:
    """Least of all is it up to date, nor is it gone while nobody has its name."""
    web, hold, updater = under_way_at(cli, stack, proxy, number, options)

    under_way = [cli(*words, web.name) for words in PLANS]
    (row,) = json.loads(cli(*PLANS[0], "--json", web.name).out)
    updater.kill()
    updater.wait()
    killed = cli(*PLANS[0], web.name)
    hold.release()

    said = f"{web.name}: unknown: an update of it is under way"
    assert under_way == [(5, "", f"{said}\n")] * len(PLANS)
    assert (row["done"], row["state"], row["verdict"], row["error"]) == (
        "failed",
        "updating",
        "unknown",
        said,
    )
    advice = f"if no updater is at work on it, `watcher update {web.name}` ends it"
    assert killed == (5, "", f"{web.name}: unknown: an update of it is open: {advice}\n")


def test_its_temporary_name_and_its_id_mean_the_container_too(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, hold = outdated(stack), Hold()
    proxy.arm(hold, match="/start", when="after")
    cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    aside = next(name for name in stack.containers() if name != web.name)

    said = [cli("watcher", "check", text) for text in (web.name, aside, web.cid[:20])]
    remote = cli("watcher", "check", "--remote", web.name)
    local = cli("ctr-updater", web.name)
    hold.release()

    assert said == [(5, f"{web.name}: unknown: an update of it is under way\n", "")] * 3
    assert remote == said[0]
    assert local.code == 0


def test_what_was_set_aside_for_a_person_is_a_row_of_its_own(cli: Commands, stack: Stack) -> None:
    web = current(stack, *ENABLED)
    aside = f"{web.name}.ctr-updater-old-r-{'0' * 12}"
    stack.create(web.image, *ENABLED, name=aside)

    rows = json.loads(cli("watcher", "list", "--json").out)

    assert [(row["name"], row["state"], row["verdict"]) for row in rows] == [
        (web.name, "running", "current"),
        (aside, "created", "unknown"),
    ]
    assert f"another container is called {web.name}" in rows[1]["reason"]
    assert (cli("watcher", "check", web.name).code, cli("watcher", "check", aside).code) == (0, 5)
    assert f"another container is called {web.name} - rename" in cli("watcher", "update", aside).err


def test_what_people_decide_of_one_that_was_set_aside_is_not_about_the_one_that_has_its_name_now(
    cli: Commands, stack: Stack
) -> None:
    web = current(stack, *ENABLED)
    aside = f"{web.name}.ctr-updater-old-r-{'0' * 12}"
    stack.create(web.image, *ENABLED, name=aside)

    held = cli("watcher", "hold", aside)
    rows = json.loads(cli("watcher", "list", "--json").out)
    told = json.loads(cli("watcher", "history", "--json", web.name).out)

    assert (held.code, held.out.startswith(f"{aside}: held")) == (0, True), held
    assert [row["waits"] for row in rows if row["name"] == web.name] == [[]]
    assert told == []
    assert cli("watcher", "release", aside).out.startswith(f"{aside}: ")
    assert cli("watcher", "approve", aside).err.startswith(f"{aside}: ")


def test_what_only_has_a_temporary_name_is_said_by_every_command_with_what_to_do(
    cli: Commands, stack: Stack
) -> None:
    """Somebody started it, and made another one of its own name: it is nobody's successor any more."""
    web = current(stack, *LOCAL)
    stray = outdated(stack, *LOCAL, name=f"web.ctr-updater-new-r-{'0' * 12}-{'1' * 12}")

    rows = {row["name"]: row for row in json.loads(cli("watcher", "list", "--json").out)}
    checked, updated = cli("watcher", "check", stray.name), cli("watcher", "update", stray.name)
    passed = cli("watcher", "run", "--once")

    why = f"another container is called {web.name}"
    assert [rows[name]["verdict"] for name in (web.name, stray.name)] == ["current", "unknown"]
    assert f"{why}: rename or remove it" in rows[stray.name]["reason"]
    assert (checked.code, why in checked.out) == (5, True)
    assert (updated.code, updated.err.count("\n")) == (7, 1)
    assert f"{why} - rename or remove it" in updated.err
    assert (passed.code, passed.err.count(why)) == (7, 1)
    assert stack.inspect(stray.name)["Image"] == stray.old
