"""`check` and `list` beside a daemon that cannot reach a registry: unknown, since when and why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import App, short
from tests.integration.daemon.apps import LOCAL, OPT_IN, move
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.test_registry import PULL, manifests, pushed
from tests.testbed.cli import Commands
from tests.testbed.faults import cut
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = (*OPT_IN, "--label", "ctr-updater.mode=notify")


@pytest.fixture
def own() -> Iterator[PrivateRegistry]:
    with PrivateRegistry() as private:
        yield private


def unreachable(start: Start, own: PrivateRegistry, app: App) -> Running:
    """A daemon that was once answered, and now is not; any registry is asked once a second."""
    daemon = start("--interval", "1s").looked()
    own.stop()
    daemon.wait("tag not pulled", image=app.image)
    return daemon


def test_a_hold_of_an_image_is_shown_while_its_registry_is_away(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry
) -> None:
    web = pushed(stack, own)
    cli("watcher", "hold", "--this-image", "--why", "the fair", web.name)
    unreachable(start, own, web)

    row = listed(cli)[web.name]

    assert row["verdict"] == "unknown"
    assert [(each["for"], each["why"]) for each in row["waits"]] == [
        ("hold", "held for this image by cli: the fair")
    ]


def listed(cli: Commands) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(cli("watcher", "list", "--json").out)}


def test_what_the_daemon_cannot_ask_for_is_unknown_and_says_since_when_and_why(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry
) -> None:
    web = pushed(stack, own)
    assert cli("watcher", "check", web.name).code == 0
    daemon = unreachable(start, own, web)

    check = cli("watcher", "check", web.name)

    assert (check.code, check.err) == (5, "")
    assert check.out.startswith(f"{web.name}: unknown: since 2")
    assert f"cannot tell whether {web.image} has an update: " in check.out
    assert f"://{own.address}/v2/" in check.out
    # Each time that the daemon asks again, the engine may say it in other words.
    wait_until(lambda: _in_list(cli) == ["update", _in_check(cli, web)], "the list to say the same")
    assert cli("ctr-updater", web.name).code == 0

    own.start()
    daemon.wait("tag pulled again", image=web.image)
    assert cli("watcher", "check", web.name).code == 0


def _in_list(cli: Commands) -> list[str]:
    """The mode and the verdict that the list shows of the only container."""
    return cli("watcher", "list").out.splitlines()[1].split(maxsplit=4)[3:]


def _in_check(cli: Commands, app: App) -> str:
    return cli("watcher", "check", app.name).out.strip().removeprefix(f"{app.name}: ")


def test_only_what_is_asked_for_there_is_unknown(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry, registry: PrivateRegistry
) -> None:
    """Not what is local, pinned, or at another registry; but also what only notifies."""
    web, told = pushed(stack, own), pushed(stack, own, name="told", options=NOTIFY)
    fine, local = pushed(stack, registry, name="fine"), pushed(stack, own, name="local", options=LOCAL)
    pinned = App(stack.name("pinned"), stack.run(web.old, *OPT_IN, name=stack.name("pinned")), "", web.old)
    unreachable(start, own, web)
    wait_until(lambda: listed(cli)[told.name]["verdict"] == "unknown", "the question for the other tag")

    found = {name: row["verdict"] for name, row in listed(cli).items()}

    assert found == {
        web.name: "unknown",
        told.name: "unknown",
        fine.name: "current",
        local.name: "current",
        pinned.name: "current",
    }


def test_what_is_newer_here_is_known(start: Start, cli: Commands, stack: Stack, own: PrivateRegistry) -> None:
    web = pushed(stack, own, options=NOTIFY)
    unreachable(start, own, web)

    new = move(stack, web)

    row = listed(cli)[web.name]
    assert (row["verdict"], row["target"]) == ("outdated", new)
    assert short(new) in row["reason"]


def test_what_was_built_here_and_no_registry_knows_is_judged_from_here(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry, engine_version: str
) -> None:
    """With the containerd store nobody can tell that it was built here (28.5)."""
    reference = f"{own.address}/{stack.name('built:1')}"
    web = App(stack.name("web"), "", reference, stack.image(reference))
    stack.run(reference, *OPT_IN, name=web.name)
    fence = pushed(stack, own, name="fence")
    daemon = start("--interval", "1s").looked()
    wait_until(lambda: manifests(own, fence) > 3 and manifests(own, web) > 1, "answers about both")
    assert daemon.stop() == 0

    expected = "unknown" if engine_version.endswith("c") else "current"
    assert listed(cli)[web.name]["verdict"] == expected


@pytest.mark.parametrize("command", [("check", "--pull"), ("check", "--remote"), ("update",)])
def test_an_answer_to_a_person_ends_it_too(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry, command: tuple[str, ...]
) -> None:
    web = pushed(stack, own)
    daemon = unreachable(start, own, web)
    assert daemon.stop() == 0
    assert cli("watcher", "check", web.name).code == 5

    own.start()

    assert cli("watcher", *command, web.name).code == 0
    assert cli("watcher", "check", web.name).code == 0


def test_a_container_made_anew_while_its_registry_is_down_is_asked_for_at_once(
    start: Start, cli: Commands, stack: Stack, own: PrivateRegistry
) -> None:
    web = pushed(stack, own)
    own.stop()
    daemon = start().looked()
    daemon.wait("tag not pulled", image=web.image)
    stack.engine.docker("rm", "-f", web.name)
    wait_until(lambda: [*Path(cli.state).glob("asked/*/*")] == [], "the look that finds it gone")

    stack.run(web.image, *OPT_IN, name=web.name)

    daemon.wait("tag not pulled", image=web.image)
    assert cli("watcher", "check", web.name).code == 5


def test_a_pull_that_is_dropped_each_time_leaves_it_unknown(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = pushed(stack, registry)
    proxy.arm(cut, match=PULL, times=1000)
    daemon = start(host=proxy.host).looked()
    why = daemon.wait("tag not pulled", image=web.image)["why"]

    found = cli("watcher", "check", web.name)

    assert (found.code, found.err) == (5, "")
    assert found.out.startswith(f"{web.name}: unknown: since 2")
    assert found.out.rstrip().rpartition("00: ")[2] in why
    proxy.disarm()
    daemon.wait("tag pulled again", image=web.image)
    assert cli("watcher", "check", web.name).code == 0
