"""A rollback, a hold and what is kept, of containers that go together: replicas, dependents, two updaters."""

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.decisions import Person
from tests.integration.update.test_history import rows
from tests.integration.update.test_kept_images import kept, tags
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


def replica(stack: Stack, number: int) -> App:
    """A replica of one Compose service, whose tag has moved."""
    about = {"project": stack.prefix, "service": "web", "container-number": number, "oneoff": "False"}
    labels = [
        word for key, value in about.items() for word in ("--label", f"com.docker.compose.{key}={value}")
    ]
    return outdated(stack, *labels, name=f"web-{number}")


def test_replicas_go_back_one_by_one_and_no_other_is_touched(cli: Commands, stack: Stack) -> None:
    apps = [replica(stack, number) for number in (1, 2)]
    assert cli(*UPDATE, *(each.name for each in apps), env=QUICK).code == 0
    first, second = apps
    other = stack.inspect(second.name)["Id"]

    assert cli("watcher", "rollback", first.name, env=QUICK).code == 0

    assert stack.inspect(first.name)["Image"] == first.old
    assert stack.inspect(second.name)["Id"] == other
    assert cli("watcher", "rollback", second.name, env=QUICK).code == 0
    assert stack.inspect(second.name)["Image"] == second.old
    assert [row["kind"] for row in rows(cli)[:2]] == ["rollback", "rollback"]


def test_a_dependent_that_a_person_holds_goes_along_with_the_image_that_it_has(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack)
    side = current(stack, "--network", f"container:{web.name}", name="side")
    stack.image(side.image, marker="newer")
    Person(cli, stack).decide(side.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    now = stack.inspect(side.name)
    assert (now["Id"] != side.cid, now["Image"]) == (True, side.old)
    assert now["HostConfig"]["NetworkMode"] == f"container:{stack.inspect(web.name)['Id']}"
    assert cli(*UPDATE, side.name, env=QUICK).code == 7


def test_what_two_updaters_keep_has_its_tag_again_once_one_of_them_let_go(
    cli: Commands, stack: Stack
) -> None:
    web = outdated(stack)
    mine = stack.name("mine:1")
    stack.tag(web.old, mine)
    stack.run(mine, "--label", "ctr-updater.enable=true", name=stack.name("mine"))
    stack.image(mine, marker="mine")
    elsewhere = QUICK | {"CTR_UPDATER_STATE_DIR": str(cli.home / "elsewhere")}
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert cli(*UPDATE, stack.name("mine"), env=elsewhere).code == 0
    assert tags(stack) == kept(web.old)

    stack.engine.docker("rm", "-f", stack.name("mine"))
    cli("watcher", "run", "--once", env=elsewhere)
    assert tags(stack) == {}
    cli("watcher", "run", "--once", env=QUICK)

    assert tags(stack) == kept(web.old)
    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0
