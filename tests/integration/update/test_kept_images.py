"""The image that a container ran before is kept for a rollback, for as long as that is wanted."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, current, outdated, published, short
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import answer, run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine

Update = Callable[..., Result]


@pytest.fixture
def update(cli: Commands) -> Update:
    """Updates containers without a pull; keywords are settings."""

    def updated(*names: str, **settings: str) -> Result:
        variables = {f"CTR_UPDATER_{name.upper()}": value for name, value in settings.items()}
        return cli(*UPDATE, *names, env=QUICK | variables)

    return updated


def tags(stack: Stack) -> dict[str, str]:
    """The images that bear our tag, by the tag."""
    rows = stack.engine.api("GET", "/images/json")[1]
    named = ((tag, row["Id"]) for row in rows for tag in row["RepoTags"] or [])
    return {tag: image for tag, image in named if tag.startswith("ctr-updater/kept:")}


def kept(*images: str) -> dict[str, str]:
    return {f"ctr-updater/kept:{short(image)}": image for image in images}


def has(stack: Stack, image: str) -> bool:
    return bool(stack.engine.api("GET", f"/images/{image}/json")[0] == 200)


def move(stack: Stack, web: App, marker: str) -> str:
    """Let its tag mean yet another image."""
    return stack.image(web.image, marker=marker)


def records(folder: Path) -> list[Any]:
    return [json.loads(path.read_text()) for path in folder.rglob("kept/*/*.json")]


def test_the_image_before_is_tagged_before_the_old_container_is_removed(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)

    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0

    last = [call.path.partition("?")[0] for call in proxy.changes][-2:]
    assert last[0].endswith(f"/images/{web.old}/tag")
    assert last[1].endswith(f"/containers/{web.cid}")
    assert tags(stack) == kept(web.old)


def test_a_prune_of_dangling_images_leaves_it(update: Update, stack: Stack) -> None:
    web = outdated(stack)
    assert update(web.name).code == 0

    stack.engine.docker("image", "prune", "-f")

    assert has(stack, web.old)


def test_what_is_over_loses_the_tag_and_stays(update: Update, stack: Stack) -> None:
    if stack.engine.version == "26.1" and stack.engine.containerd_store:
        pytest.skip("26.1 drops an untagged image of the containerd store by itself")
    web = outdated(stack)
    assert update(web.name).code == 0
    middle = stack.inspect(web.name)["Image"]
    move(stack, web, "newest")

    assert update(web.name).code == 0

    assert tags(stack) == kept(middle)
    assert has(stack, web.old)


def test_under_cleanup_what_is_over_is_removed_and_what_is_kept_is_not(update: Update, stack: Stack) -> None:
    web = outdated(stack, "--label", "ctr-updater.cleanup=true")
    assert update(web.name).code == 0
    middle = stack.inspect(web.name)["Image"]
    assert has(stack, web.old)
    move(stack, web, "newest")

    assert update(web.name).code == 0

    assert not has(stack, web.old)
    assert tags(stack) == kept(middle)


def test_as_many_are_kept_as_is_wanted(update: Update, stack: Stack) -> None:
    web, ran = outdated(stack, "--label", "ctr-updater.keep=2"), list[str]()
    for marker in ("1", "2", "3"):
        ran.append(stack.inspect(web.name)["Image"])
        assert update(web.name).code == 0
        move(stack, web, marker)

    assert tags(stack) == kept(*ran[-2:])


@pytest.mark.parametrize("settings", [{"keep": "0"}, {"keep_for": "0"}])
def test_where_nothing_is_to_be_kept_nothing_is(
    update: Update, stack: Stack, settings: dict[str, str]
) -> None:
    web = outdated(stack, "--label", "ctr-updater.cleanup=true")

    assert update(web.name, **settings).code == 0

    assert tags(stack) == {}
    assert not has(stack, web.old)


def test_what_two_containers_keep_stays_until_neither_does(update: Update, stack: Stack) -> None:
    web = current(stack)
    other = App(stack.name("other"), stack.run(web.image, name=stack.name("other")), web.image, web.old)
    middle = move(stack, web, "middle")
    assert update(web.name).code == update(other.name).code == 0
    move(stack, web, "newest")

    assert update(web.name).code == 0
    assert tags(stack) == kept(web.old, middle)

    assert update(other.name).code == 0
    assert tags(stack) == kept(middle)


def test_a_container_that_goes_back_to_an_image_keeps_that_no_more(update: Update, stack: Stack) -> None:
    web = outdated(stack)
    assert update(web.name).code == 0
    new = stack.inspect(web.name)["Image"]
    stack.tag(web.old, web.image)

    assert update(web.name).code == 0

    assert tags(stack) == kept(new)


def test_another_image_that_has_the_tag_by_chance_loses_it(update: Update, stack: Stack) -> None:
    web = outdated(stack)
    stack.tag(web.image, *kept(web.old))

    assert update(web.name).code == 0

    assert tags(stack) == kept(web.old)


def test_where_it_cannot_be_tagged_the_update_is_made_and_that_is_said(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(answer(500, "no space left on device"), match="^POST .*/tag", times=99)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 0
    assert "is not kept for a rollback: cannot tag the image" in done.err
    assert "no space left on device" in done.err
    replaced(stack, web)
    assert tags(stack) == {}


def test_where_the_tag_cannot_be_taken_it_is_tried_again(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    environ = QUICK | {"DOCKER_HOST": proxy.host}
    assert cli(*UPDATE, web.name, env=environ).code == 0
    ran = [web.old]
    proxy.arm(answer(500, "busy"), match="^DELETE .*/images/", times=1)
    for marker in ("1", "2"):
        ran.append(stack.inspect(web.name)["Image"])
        move(stack, web, marker)
        assert cli(*UPDATE, web.name, env=environ).code == 0

    assert tags(stack) == kept(ran[-1])


@pytest.mark.parametrize("where", ["images/[^?]*/tag", r"containers/[0-9a-f]{64}"])
def test_an_updater_that_is_killed_before_or_after_it_is_settled_with_the_image_kept(
    cli: Commands, stack: Stack, proxy: Proxy, where: str
) -> None:
    web = outdated(stack)
    process = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    method = "POST" if "tag" in where else "DELETE"
    point = proxy.arm(run(process.kill), match=f"^{method} .*{where}")
    assert process.wait() != 0
    assert point.fired.is_set()

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    replaced(stack, web)
    assert tags(stack) == kept(web.old)


def test_joined_containers_keep_theirs_where_they_have_another_image(update: Update, stack: Stack) -> None:
    web = outdated(stack)
    side = current(stack, "--network", f"container:{web.name}", name="side")

    assert update(web.name).code == 0

    assert stack.inspect(side.name)["Id"] != side.cid
    assert tags(stack) == kept(web.old)


def test_of_what_was_left_its_version_and_its_digest_are_remembered(
    cli: Commands, stack: Stack, registry: PrivateRegistry, tmp_path: Path
) -> None:
    label = {"org.opencontainers.image.version": "1.27.4"}
    web = published(stack, registry, labels=label)
    before = time.time()

    done = cli("watcher", "update", web.name, env=QUICK | {"CTR_UPDATER_STATE_DIR": str(tmp_path / "state")})

    assert done.code == 0
    (record,) = records(tmp_path)
    (image,) = record["images"]
    assert (image["image"], image["version"], image["is_tagged"]) == (web.old, "1.27.4", True)
    assert before <= image["since"] <= time.time()


def listed(cli: Commands, web: App, **settings: str) -> list[dict[str, Any]]:
    """What `check --json` says is kept of a container."""
    variables = {f"CTR_UPDATER_{name.upper()}": value for name, value in settings.items()}
    kept: list[dict[str, Any]] = json.loads(cli("watcher", "check", "--json", web.name, env=variables).out)[
        "kept"
    ]
    return kept


def test_what_is_kept_is_shown_with_its_version_and_its_time(
    cli: Commands, update: Update, stack: Stack
) -> None:
    web = outdated(stack, labels={"org.opencontainers.image.version": "1.27.4"})
    assert listed(cli, web) == []

    assert update(web.name).code == 0

    (kept,) = listed(cli, web, keep_for="1d")
    assert (kept["image"], kept["version"]) == (web.old, "1.27.4")
    since, until = (datetime.fromisoformat(kept[key]) for key in ("since", "until"))
    assert until - since == timedelta(days=1)
    assert listed(cli, web, keep="0") == []
