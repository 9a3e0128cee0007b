"""An image neither opts its containers in nor steers them, unless the administrator says that it may."""

from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.daemon.apps import LOCAL, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.projects import Project
from tests.testbed.cli import Commands, Result
from tests.testbed.stack import Stack

OPTED_IN = {"ctr-updater.enable": "true", "ctr-updater.source": "local"}
COUNT = {"CTR_UPDATER_IMAGE_LABELS": "true"}
COMPOSE = "com.docker.compose."


def test_an_image_does_not_opt_its_containers_in_and_that_is_said_once(start: Start, stack: Stack) -> None:
    web, fence = outdated(stack, labels=OPTED_IN), labelled(stack, name="fence")
    daemon = start()

    line = daemon.wait("labels in doubt", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert "labels of its image count for nothing: 'ctr-updater.enable=true'" in line["why"]
    assert "CTR_UPDATER_IMAGE_LABELS=true" in line["why"]
    assert daemon.stop() == 0
    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_it_does_where_the_administrator_says_so(start: Start, stack: Stack, how: str) -> None:
    web = outdated(stack, labels=OPTED_IN)

    daemon = start("--image-labels") if how == "flag" else start(env={**COUNT})

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


@pytest.mark.parametrize(
    "label", ["mode=notify", "schedule=0 3 29 2 *", "cooldown=9d", "scheduel=x", "mode=?"]
)
def test_an_image_does_not_freeze_its_containers(
    once: Callable[..., Result], stack: Stack, label: str
) -> None:
    key, _, value = label.partition("=")
    web = outdated(stack, *LOCAL, labels={f"ctr-updater.{key}": value})

    done = once()

    assert (done.code, f"'ctr-updater.{label}'" in done.err) == (0, True)
    assert is_replaced(stack, web)


def test_list_and_check_say_it_too(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, labels=OPTED_IN)

    listed, checked = cli("watcher", "list"), cli("watcher", "check", web.name)

    line = f"{web.name}: labels of its image count for nothing: 'ctr-updater.enable=true'"
    assert (web.name in listed.out, line in listed.err, line in checked.err) == (False, True, True)
    assert web.name in cli("watcher", "list", env=COUNT).out


def test_what_the_container_says_itself_beats_its_image(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *LOCAL, "--label", "ctr-updater.mode=update", labels={"ctr-updater.mode": "notify"})

    assert once(env=COUNT).code == 0
    assert is_replaced(stack, web)


@pytest.mark.parametrize("counts", [{}, COUNT], ids=["ignored", "counting"])
def test_a_setting_of_one_version_of_an_image_is_not_kept_by_the_next(
    cli: Commands, stack: Stack, counts: dict[str, str]
) -> None:
    frozen = {"ctr-updater.mode": "notify", "ctr-updater.stable-for": "400ms"}
    web = outdated(stack, *LOCAL, labels=frozen, new={"labels": {"ctr-updater.stable-for": "300ms"}})

    assert cli("watcher", "update", "--no-pull", web.name, env=QUICK | counts).code == 0

    labels = stack.inspect(web.name)["Config"]["Labels"]
    assert "ctr-updater.mode" not in labels
    assert labels["ctr-updater.stable-for"] == "300ms"
    assert labels["ctr-updater.enable"] == "true"


def _other(stack: Stack) -> str:
    """Load an image of another repository, whose container says "other"."""
    reference = stack.name("other:latest")
    stack.image(reference, marker="other")
    return reference


@pytest.mark.parametrize("counts", [{}, COUNT], ids=["ignored", "counting"])
@pytest.mark.parametrize("pinned", [False, True], ids=["tag", "id"])
def test_an_image_does_not_redirect_its_container_to_another_repository(
    once: Callable[..., Result], stack: Stack, counts: dict[str, str], *, pinned: bool
) -> None:
    reference = stack.name("app:1")
    image = stack.image(reference, labels={"ctr-updater.reference": _other(stack)})
    cid = stack.run(image if pinned else reference, *LOCAL, name=stack.name("web"))

    done = once(env=counts)

    assert done.code == 0
    assert is_untouched(stack, App(stack.name("web"), cid, reference, image))


def test_nor_does_a_users_label(once: Callable[..., Result], stack: Stack) -> None:
    web = current(stack, *LOCAL, "--label", f"ctr-updater.reference={_other(stack)}")

    assert once().code == 0
    assert is_untouched(stack, web)


def test_nor_does_it_hide_that_it_is_stale(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, labels={"ctr-updater.reference": f"sha256:{'0' * 64}"})

    assert cli("watcher", "check", web.name).code == 1
    assert cli("ctr-updater", web.name).code == 1


@pytest.mark.parametrize(
    "baked",
    [
        {f"{COMPOSE}oneoff": "True", f"{COMPOSE}project": "p", f"{COMPOSE}service": "s"},
        {"com.docker.swarm.task.id": "x"},
        {"io.kubernetes.pod.name": "x"},
        {
            f"{COMPOSE}project": "p",
            f"{COMPOSE}depends_on": "s:service_healthy:true",
            f"{COMPOSE}service": "s",
        },
    ],
    ids=["job", "swarm", "kubernetes", "dependent"],
)
def test_an_image_does_not_make_its_container_somebody_elses(
    once: Callable[..., Result], stack: Stack, baked: dict[str, str]
) -> None:
    web = outdated(stack, *LOCAL, labels=baked)

    assert once().code == 0
    assert is_replaced(stack, web)


def test_an_image_does_not_make_its_container_a_replica_of_another_project(
    once: Callable[..., Result], stack: Stack, project: Project
) -> None:
    """Its failure held the project's own container back."""
    reference = stack.name("app:1")
    stack.image(reference, marker="old")
    labels = "{ctr-updater.enable: 'true', ctr-updater.source: local}"
    project.write(f"services:\n  s:\n    image: {reference}\n    labels: {labels}\n")
    project.up()
    baked = {f"{COMPOSE}project": project.name, f"{COMPOSE}service": "s", f"{COMPOSE}container-number": "0"}
    bad = outdated(stack, *LOCAL, *PATIENT, name="bad", labels=baked, new={"cmd": "exit 3", "labels": baked})
    stack.image(reference, marker="new")

    done = once()

    assert done.code == 6
    assert is_untouched(stack, bad)
    assert project.inspect("s")["Image"] == stack.image_id(reference)


def test_what_compose_built_and_runs_is_still_its_own(
    once: Callable[..., Result], stack: Stack, project: Project
) -> None:
    """Compose writes project and service into the images that it builds, too."""
    reference = stack.name("app:1")
    baked = {f"{COMPOSE}project": project.name, f"{COMPOSE}service": "s", f"{COMPOSE}version": "2.40.3"}
    stack.image(reference, marker="old", labels=baked)
    labels = "{ctr-updater.enable: 'true', ctr-updater.source: local}"
    project.write(f"services:\n  s:\n    image: {reference}\n    labels: {labels}\n    scale: 2\n")
    project.up()
    stack.image(reference, marker="new", labels=baked)

    assert once().code == 0

    before = project.ids()
    project.up()
    assert project.ids() == before
    assert all(project.inspect("s", n)["Image"] == stack.image_id(reference) for n in (1, 2))
    assert all(project.inspect("s", n)["Config"]["Labels"].items() >= baked.items() for n in (1, 2))
