"""What is said of a service while its rollout is open."""

import json

import pytest

from tests.integration.swarm.conftest import Services
from tests.testbed.cli import Commands

pytestmark = pytest.mark.every_engine


def test_until_a_rollout_has_ended_nobody_says_that_the_service_is_up_to_date(
    services: Services, cli: Commands
) -> None:
    """Though the swarm has the new digest in its spec by then; and no more when the updater was killed."""
    services.push("one")
    name = services.create()
    new = services.push("two")
    updater = cli.start("watcher", "update", name, env={"CTR_UPDATER_STABLE_FOR": "10m"})
    services.wait(lambda: services.node.running(name, new) == 1, "its new task")

    under_way, planned = cli("watcher", "check", name), cli("watcher", "update", "--dry-run", name)
    back = cli("watcher", "rollback", "--dry-run", name)
    (row,) = [row for row in json.loads(cli("watcher", "list", "--json").out) if row["name"] == name]
    updater.kill()
    updater.wait()
    killed = cli("watcher", "check", name)

    said = f"service/{name}: unknown: an update of it is under way\n"
    assert under_way == (5, said, "")
    assert planned == back == (5, "", said)
    assert (row["state"], row["verdict"], row["target"], row["link"]) == ("updating", "unknown", None, None)
    assert (row["running"], row["waits"][0]["for"]) == (new, "open update")
    advice = f"if no updater is at work on it, `watcher update service/{name}` ends it"
    assert killed == (5, f"service/{name}: unknown: an update of it is open: {advice}\n", "")
