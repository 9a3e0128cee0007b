"""The row of a rollback says that it is one, however it ends: worked, undone, refused, or cut short."""

import pytest

from tests.integration.apps import QUICK
from tests.integration.update.test_history import rows
from tests.integration.update.test_rollback import updated
from tests.integration.updates import UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


def test_one_that_worked(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    left = stack.inspect(web.name)["Image"]

    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0

    row = rows(cli, web.name)[0]
    assert (row["kind"], row["outcome"], row["by"]) == ("rollback", "updated", "cli")
    assert (row["old"], row["new"]) == ({"id": left, "version": "2.0"}, {"id": web.old, "version": "1.0"})


def test_what_a_person_left_and_takes_again_is_an_update_like_any_other(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0

    done = cli(*UPDATE, "--again", web.name, env=QUICK)

    row = rows(cli, web.name)[0]
    assert (row["kind"], row["outcome"]) == ("update", "updated")
    assert row["why"].startswith(f"{web.image} was {web.old[7:19]} (1.0), is ")
    assert done.out == f"{web.name}: updated: {row['why']}\n"


def test_one_that_was_refused_says_no_image_that_it_would_have_gone_to(cli: Commands, stack: Stack) -> None:
    web = updated(cli, stack)
    stack.engine.docker("rmi", "-f", web.old)

    assert cli("watcher", "rollback", web.name, env=QUICK).code == 7

    row = rows(cli, web.name)[0]
    assert (row["kind"], row["outcome"], row["new"]) == ("rollback", "refused", None)


@pytest.mark.parametrize(
    ("call", "how"),
    [
        ("^POST .*/containers/create", "it was cut short, and was undone"),
        ("^POST .*/stop", "it was cut short, and was undone"),
        ("^DELETE .*containers/[0-9a-f]{64}", "it was cut short, and was finished"),
    ],
)
def test_one_that_was_cut_short_and_is_settled_by_an_update(
    cli: Commands, stack: Stack, proxy: Proxy, call: str, how: str
) -> None:
    web = updated(cli, stack)
    process = cli.start("watcher", "rollback", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    armed = proxy.arm(run(process.kill), match=call, when="after" if "create" in call else "before")
    process.communicate()
    assert armed.fired.is_set()

    cli(*UPDATE, web.name, env=QUICK)

    cut = next(row for row in rows(cli, web.name) if row["outcome"] == "recovered")
    assert (cut["kind"], cut["why"]) == ("rollback", how)


def test_an_update_that_was_cut_short_after_a_rollback_is_an_update(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = updated(cli, stack)
    assert cli("watcher", "rollback", web.name, env=QUICK).code == 0
    again = (*UPDATE, "--again", web.name)
    process = cli.start(*again, env=QUICK | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(process.kill), match="^POST .*/stop")
    process.communicate()

    cli(*UPDATE, web.name, env=QUICK)

    cut = next(row for row in rows(cli, web.name) if row["outcome"] == "recovered")
    assert cut["kind"] == "update"


@pytest.mark.parametrize(("is_here", "code"), [(True, 0), (False, 7)])
def test_an_image_that_only_a_row_tells_of_can_be_said(
    cli: Commands, stack: Stack, code: int, *, is_here: bool
) -> None:
    web = updated(cli, stack)
    for path in cli.state.rglob("kept/*/*.json"):
        path.unlink()
    if not is_here:
        stack.engine.docker("rmi", "-f", web.old)

    done = cli("watcher", "rollback", "--to", "1.0", web.name, env=QUICK)

    assert (done.code, "no digest of it is known" in done.err) == (code, not is_here)
    assert (stack.inspect(web.name)["Image"] == web.old) is is_here
