"""A container goes back to an image that it ran before, as by an update, and stays there."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, marker_of, outdated, short
from tests.integration.update.test_kept_images import kept, tags
from tests.integration.updates import UPDATE, steps, unchanged
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine

Rollback = Callable[..., Result]
VERSION = "org.opencontainers.image.version"


@pytest.fixture
def rollback(cli: Commands) -> Rollback:
    """`watcher rollback`, with a short proof unless it is given another."""
    return lambda *words, env=QUICK: cli("watcher", "rollback", *words, env=env)


def updated(cli: Commands, stack: Stack, *options: object, **image: Any) -> App:
    """A container that was updated from the image `old` (1.0) to `new` (2.0)."""
    new = {"labels": {VERSION: "2.0"}} | image.pop("new", {})
    web = outdated(stack, *options, labels={VERSION: "1.0"}, new=new, **image)
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    return web


def judged(cli: Commands, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cli("watcher", "check", "--json", name).out)
    return found


def test_it_runs_the_image_before_and_follows_its_tag(
    cli: Commands, stack: Stack, rollback: Rollback
) -> None:
    web = updated(cli, stack)
    left = stack.inspect(web.name)["Image"]

    done = rollback(web.name)

    assert done.code == 0
    assert stack.inspect(web.name)["Image"] == web.old
    line = (
        f"{web.name}: rolled back: it ran {short(left)} (2.0), goes back to {short(web.old)} (1.0); its data"
    )
    assert done.out.startswith(line)
    assert "`docker compose up -d` would take its tag's image again" in done.out
    found = judged(cli, web.name)
    assert (found["image"], found["verdict"], found["target"]) == (web.image, "held", left)
    assert found["reason"] == f"rolled back by a person, from {short(left)} (2.0)"
    assert [wait["for"] for wait in found["waits"]] == ["hold"]
    assert cli("watcher", "list", "--all").out.count(found["reason"]) == 1
    assert tags(stack) == kept(left)


def test_it_is_made_as_an_update_is(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = updated(cli, stack)
    now = web._replace(cid=stack.inspect(web.name)["Id"])

    assert cli("watcher", "rollback", web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    assert steps(proxy, now) == ["create", "stop old", "rename old", "rename new", "start new", "remove old"]


def test_what_was_left_is_not_taken_again_until_the_tag_moves_on(
    cli: Commands, stack: Stack, rollback: Rollback
) -> None:
    web = updated(cli, stack)
    assert rollback(web.name).code == 0

    refused = cli(*UPDATE, web.name, env=QUICK)
    assert refused.code == 7
    assert f"`watcher update --again {web.name}` takes that image all the same" in refused.err

    stack.image(web.image, marker="newest")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    assert marker_of(stack, web.name) == "newest"
    assert not {key for key in stack.inspect(web.name)["Config"]["Labels"] if key.startswith("ctr-updater")}


def test_again_takes_what_was_left(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)
    assert rollback(web.name).code == 0

    assert cli(*UPDATE, "--again", web.name, env=QUICK).code == 0

    assert marker_of(stack, web.name) == "new"
    assert judged(cli, web.name)["verdict"] == "current"


def test_it_stays_held_with_another_state_directory(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)
    assert rollback(web.name).code == 0

    elsewhere = QUICK | {"CTR_UPDATER_STATE_DIR": str(cli.home / "elsewhere")}

    assert cli(*UPDATE, web.name, env=elsewhere).code == 7


def test_twice_is_there_and_back(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)

    assert rollback(web.name).code == rollback(web.name).code == 0

    assert marker_of(stack, web.name) == "new"
    assert judged(cli, web.name)["verdict"] == "current"


@pytest.mark.parametrize("by", ["id", "digits", "version"])
def test_the_image_can_be_said(cli: Commands, stack: Stack, rollback: Rollback, by: str) -> None:
    web = updated(cli, stack, "--label", "ctr-updater.keep=5")
    stack.image(web.image, marker="newest", labels={VERSION: "3.0"})
    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert (
        rollback("--to", {"id": web.old, "digits": short(web.old), "version": "1.0"}[by], web.name).code == 0
    )

    assert stack.inspect(web.name)["Image"] == web.old


def test_what_it_runs_already_is_no_change(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)
    before = stack.inspect(web.name)

    done = rollback("--to", "2.0", web.name)

    assert done.code == 0
    assert "already" in done.out
    unchanged(stack, before)


@pytest.mark.parametrize(
    ("text", "said"), [("9.9", "fits none"), ("sha256:", "fits none"), ("1.0", "fits several")]
)
def test_what_fits_none_or_several_is_said_with_what_there_is(
    cli: Commands, stack: Stack, rollback: Rollback, text: str, said: str
) -> None:
    web = updated(cli, stack, new={"labels": {VERSION: "1.0"}})
    before = stack.inspect(web.name)

    done = rollback("--to", text, web.name)

    assert done.code == 3
    assert said in done.err
    assert f"{short(web.old)} (1.0)" in done.err
    unchanged(stack, before)


def test_a_container_that_is_not_there_is_3(rollback: Rollback) -> None:
    assert rollback("no-such-container").code == 3


def test_where_none_is_known_it_is_refused(stack: Stack, rollback: Rollback) -> None:
    web = current(stack)
    before = stack.inspect(web.name)

    done = rollback(web.name)

    assert done.code == 7
    assert "is not known to have run another one" in done.err
    unchanged(stack, before)


def test_where_it_fails_what_ran_runs_again(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    volume = stack.name("seen")
    once = "[ -e /v/seen ] && exit 3; touch /v/seen; sleep 1000"
    web = updated(cli, stack, "-v", f"{volume}:/v", cmd=once, new={"cmd": "sleep 1000"})
    before = stack.inspect(web.name)

    done = rollback(web.name, env=CRASHES)

    assert done.code == 6
    unchanged(stack, before)
    assert judged(cli, web.name)["verdict"] == "current"


def test_a_dry_run_shows_the_plan_and_changes_nothing(
    cli: Commands, stack: Stack, rollback: Rollback
) -> None:
    web = updated(cli, stack)
    before = stack.inspect(web.name)

    done = rollback("--dry-run", "--json", web.name)

    assert done.code == 0
    found = json.loads(done.out)
    assert (found["done"], found["target"]) == ("planned", web.old)
    assert found["plan"][0]["step"] == "create"
    unchanged(stack, before)


def test_an_image_that_is_gone_is_pulled_by_its_digest(
    cli: Commands, stack: Stack, registry: PrivateRegistry, rollback: Rollback
) -> None:
    web = outdated_in_registry(stack, registry)
    assert cli("watcher", "update", web.name, env=QUICK).code == 0
    stack.engine.docker("rmi", "-f", web.old)

    assert rollback(web.name).code == 0

    assert stack.inspect(web.name)["Image"] == web.old


def outdated_in_registry(stack: Stack, registry: PrivateRegistry) -> App:
    """Run a container of a pulled image whose tag has moved on in the registry, which has both."""
    web = current(stack)
    reference = f"{registry.address}/{stack.name('web-app:1')}"
    for marker in ("old", "new"):
        stack.image(reference, marker=marker)
        stack.engine.docker("push", reference)
        if marker == "old":
            old = stack.image_id(reference)
            stack.engine.docker("rm", "-f", web.name)
            cid = stack.run(reference, name=web.name)
    return App(web.name, cid, reference, old)


def test_an_image_that_is_gone_everywhere_is_refused(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)
    before = stack.inspect(web.name)
    stack.engine.docker("rmi", "-f", web.old)

    done = rollback(web.name)

    assert done.code == 7
    assert "that image is gone here" in done.err
    unchanged(stack, before)


def test_joined_containers_go_back_with_it(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack)
    side = current(stack, "--network", f"container:{web.name}", name="side")

    assert rollback(web.name).code == 0

    assert stack.inspect(web.name)["Image"] == web.old
    now = stack.inspect(side.name)
    assert (now["Id"] != side.cid, now["Image"]) == (True, side.old)
    assert now["HostConfig"]["NetworkMode"] == f"container:{stack.inspect(web.name)['Id']}"


def test_one_that_was_cut_short_is_finished_and_not_undone_by_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, rollback: Rollback
) -> None:
    web = updated(cli, stack)
    process = cli.start("watcher", "rollback", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    point = proxy.arm(run(process.kill), match="^DELETE .*containers/[0-9a-f]{64}")
    assert process.wait() != 0
    assert point.fired.is_set()

    done = rollback(web.name)

    assert done.code == 0
    assert stack.inspect(web.name)["Image"] == web.old
    assert judged(cli, web.name)["verdict"] == "held"


def test_one_to_what_its_tag_means_is_finished_and_not_undone_by_the_next(
    cli: Commands, stack: Stack, proxy: Proxy, rollback: Rollback
) -> None:
    web = updated(cli, stack)
    assert rollback(web.name).code == 0
    process = cli.start("watcher", "rollback", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    point = proxy.arm(run(process.kill), match="^DELETE .*containers/[0-9a-f]{64}")
    assert process.wait() != 0
    assert point.fired.is_set()

    done = rollback(web.name)

    assert (done.code, "already" in done.out) == (0, True)
    assert marker_of(stack, web.name) == "new"
    assert judged(cli, web.name)["verdict"] == "current"
    assert cli("watcher", "release", web.name).out == f"{web.name}: nobody held it\n"
    assert rollback(web.name).code == 0
    assert marker_of(stack, web.name) == "old"


def test_of_one_that_removes_itself_the_same(cli: Commands, stack: Stack, rollback: Rollback) -> None:
    web = updated(cli, stack, "--rm")

    assert rollback(web.name).code == 0

    assert stack.inspect(web.name)["Image"] == web.old
    assert judged(cli, web.name)["verdict"] == "held"
