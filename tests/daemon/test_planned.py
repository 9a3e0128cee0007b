"""The log shows what `watcher update --dry-run` shows: the whole plan in order, each step with its cause."""

from tests.bed.cli import Commands
from tests.bed.stack import Stack
from tests.daemon.apps import LOCAL
from tests.daemon.conftest import Start
from tests.engine.test_planned import everybody


def test_the_log_shows_the_plan_of_a_dry_run(start: Start, cli: Commands, stack: Stack) -> None:
    web = everybody(stack, *LOCAL)
    plan = cli("watcher", "update", "--dry-run", "--no-pull", web.name).out.splitlines()

    daemon = start()
    told = daemon.wait("update planned", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert told["plan"] == plan
    assert [line["event"] for line in daemon.about(web.name)][:2] == ["update planned", "container updated"]
