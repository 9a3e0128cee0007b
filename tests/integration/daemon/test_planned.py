"""The log shows what `watcher update --dry-run` shows: the whole plan in order, without its explanations."""

import re

from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Start
from tests.integration.update.test_planned import PLAN, everybody
from tests.testbed.stack import Stack


def test_the_log_shows_the_plan_of_a_dry_run_as_a_list_of_short_steps(start: Start, stack: Stack) -> None:
    web = everybody(stack, *LOCAL)

    daemon = start()
    told = daemon.wait("update planned", container=web.name)
    daemon.wait("container updated", container=web.name)

    notes, steps = PLAN.splitlines()[1:4], PLAN.splitlines()[4:]
    restart = "worker: restart it: depends_on web (service_healthy), restart: true"
    assert [_plain(stack, line) for line in told["plan"]] == [
        *(line.strip() for line in notes),
        *(restart if "restart it" in line else re.sub(r"^ +\d+\. |: [^:]*$", "", line) for line in steps),
    ]
    assert [line["event"] for line in daemon.about(web.name)][:2] == ["update planned", "container updated"]


def _plain(stack: Stack, line: str) -> str:
    return re.sub(r"\b[0-9a-f]{12}\b", "ID", line.replace(f"{stack.prefix}-", ""))
