"""What keeps the daemon from an update of a service: all that keeps it from one of a container."""

import json
import signal
import time

from tests.integration.swarm.conftest import Json, Services, record, rows
from tests.integration.swarm.test_daemon import Start, start  # noqa: F401 - a fixture
from tests.testbed.cli import Commands

NEVER = f"ctr-updater.window={time.strftime('%a', time.localtime(time.time() + 3 * 86400))} 03:00-03:01"
WAITS = {
    "cooldown": ("ctr-updater.cooldown=1h", "container held"),
    "window": (NEVER, "update waits for its window"),
    "schedule": (
        f"ctr-updater.schedule=0 0 1 {time.localtime(time.time() + 40 * 86400).tm_mon} *",
        "update waits for its schedule",
    ),
    "notify": ("ctr-updater.mode=notify", "update available"),
    "approval": ("ctr-updater.mode=approve", "update waits for approval"),
    "hold": ("ctr-updater.enable=true", "container held"),
}


def test_each_wait_is_told_and_keeps_it_from_its_update(
    services: Services,
    cli: Commands,
    start: Start,  # noqa: F811 - a fixture
) -> None:
    old = services.push("one")
    names = {
        each: services.create("--label", label, suffix=each, image=f"{services.tag()}@{old}")
        for each, (label, _) in WAITS.items()
    }
    new = services.push("two")
    held = f"service/{names['hold']}"
    assert cli("watcher", "hold", "--for", "1h", "--why", "exam", held).code == 0

    daemon = start("--interval", "1h")

    for each, (_, event) in WAITS.items():
        daemon.wait(event, container=f"service/{names[each]}")
        assert services.digest(names[each]) == old
    waits = {row["name"]: [wait["for"] for wait in row["waits"]] for row in _listed(cli)}
    assert {each: waits[name] for each, name in names.items()} == {
        each: [each] if each != "notify" else [] for each in WAITS
    }
    assert cli("watcher", "release", held).code == 0
    daemon.wait("container updated", container=held)
    assert services.digest(names["hold"]) == new
    assert [row["kind"] for row in rows(cli, held)] == ["service", "release", "hold"]


def test_who_asks_for_an_update_does_not_wait_for_its_cooldown(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create("--label", "ctr-updater.cooldown=1h")
    new = services.push("two")

    done = cli("watcher", "update", f"service/{name}")

    assert done.code == 0, done
    assert services.digest(name) == new


def test_a_plan_is_refused_where_the_update_would_be(services: Services, cli: Commands) -> None:
    services.push("one")
    name = services.create()
    services.push("two")
    assert cli("watcher", "update", f"service/{name}").code == 0
    services.push("three")

    assert cli("watcher", "update", "--dry-run", name).code == 0
    assert cli("watcher", "rollback", "--dry-run", name).code == 0
    assert cli("watcher", "hold", "--this-image", f"service/{name}").code == 0
    planned = cli("watcher", "update", "--dry-run", name)
    assert (planned.code, "held for this image" in planned.err) == (7, True), planned
    assert cli("watcher", "update", "--dry-run", "--again", name).code == 0
    assert cli("watcher", "hold", f"service/{name}").code == 0
    back = cli("watcher", "rollback", "--dry-run", name)
    assert (back.code, "is not rolled back" in back.err) == (7, True), back


def test_in_a_freeze_none_begins(services: Services, start: Start) -> None:  # noqa: F811 - a fixture
    old = services.push("one")
    name = services.create()
    services.push("two")

    daemon = start("--interval", "1h", CTR_UPDATER_FREEZE="2020-01-01..2099-01-01")

    daemon.wait("update waits for the end of a freeze", container=f"service/{name}")
    assert services.digest(name) == old


def test_what_a_person_went_back_from_is_left_alone_until_it_is_released(
    services: Services,
    cli: Commands,
    start: Start,  # noqa: F811 - a fixture
) -> None:
    old = services.push("one")
    name = services.create()
    new = services.push("two")
    daemon = start("--interval", "1h")
    daemon.wait("container updated", container=f"service/{name}")

    assert cli("watcher", "rollback", f"service/{name}").code == 0

    daemon.wait("container held", container=f"service/{name}")
    daemon.send(signal.SIGHUP)
    daemon.looked()
    assert services.digest(name) == old
    assert record(cli("watcher", "check", "--json", name))["waits"][0]["for"] == "hold"
    assert cli("watcher", "release", name).code == 0
    services.wait(lambda: services.digest(name) == new, "the update")


def _listed(cli: Commands) -> list[Json]:
    found: list[Json] = json.loads(cli("watcher", "list", "--json").out)
    return found
