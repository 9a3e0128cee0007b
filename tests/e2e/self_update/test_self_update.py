"""An updater that bears the label updates itself, and nothing but its successor is left."""

import json
from collections.abc import Callable
from operator import itemgetter

from tests.e2e.self_update.conftest import Json, Updater
from tests.testbed.processes import wait_until
from watcher.model.helper import helper_name

Settled = Callable[[], None]


def mounts(found: Json) -> list[Json]:
    """What is mounted, in an order that the engine, which tells it in any, does not choose."""
    return sorted(found["Mounts"], key=itemgetter("Destination"))


def test_it_runs_the_new_image_with_all_that_it_had(
    updater: Updater, settled: Settled, free_port: Callable[[], int]
) -> None:
    updater.run("-p", f"127.0.0.1:{free_port()}:9", "--restart", "unless-stopped", "-e", "TZ=UTC")
    settled()
    before = updater.found

    target = updater.move("second")
    updater.stack.wait(updater.is_new, timeout=120)

    after = updater.found
    assert after["Image"] == target
    assert mounts(after) == mounts(before)
    assert after["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]
    assert after["HostConfig"]["PortBindings"] == before["HostConfig"]["PortBindings"]
    (row,) = updater.history()
    assert (row["kind"], row["outcome"], row["by"]) == ("self-update", "updated", "daemon")
    assert (row["old"]["id"], row["new"]["id"]) == (before["Image"], target)
    wait_until(lambda: "container updated" in updater.log, "its line")
    assert len(updater.made()) == 2, "its helper and its successor, and no other copy"


def test_where_its_own_hook_says_not_now_it_waits_and_the_image_is_not_held(
    updater: Updater, settled: Settled
) -> None:
    hook = """["/usr/bin/python3", "-c", "print('busy'); raise SystemExit(75)"]"""
    updater.run("-e", "CTR_UPDATER_HOOKS=true", "--label", f"ctr-updater.hook.pre-update={hook}")
    settled()

    target = updater.move("second")
    updater.stack.wait(lambda: "hook says not now" in updater.log, timeout=120)

    assert "update vetoed" in updater.log
    assert updater.found["Id"] == updater.cid
    assert not updater.stack.exists(helper_name(updater.name, updater.cid, target))
    listed = updater.stack.engine.docker("exec", updater.name, "watcher", "list", "--json")
    (row,) = [each for each in json.loads(listed) if each["name"] == updater.name]
    assert (row["verdict"], [each["for"] for each in row["waits"]]) == ("outdated", ["veto"])
