"""Whatever moves a tag, by whatever means, the containers that follow it are updated."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import App, current, outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move, succeeded
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.archive import busybox, rootfs
from tests.testbed.images import write_files
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

DOCKERFILE = "FROM scratch\nCOPY busybox /bin/busybox\nLABEL marker={marker}\nSTOPSIGNAL SIGKILL\n"
COMMAND = 'CMD ["/bin/busybox", "httpd", "-f"]\n'


def by_tag(stack: Stack, app: App, _: Path) -> None:
    stack.image(stack.name("other:1"), marker="new")
    stack.tag(stack.name("other:1"), app.image)


def by_load(stack: Stack, app: App, _: Path) -> None:
    move(stack, app)


def by_classic_build(stack: Stack, app: App, _: Path) -> None:
    stack.build(app.image, DOCKERFILE.format(marker="new") + COMMAND, builder="classic")


def by_buildkit(stack: Stack, app: App, _: Path) -> None:
    stack.build(app.image, DOCKERFILE.format(marker="new") + COMMAND)


def by_import(stack: Stack, app: App, directory: Path) -> None:
    (directory / "root.tar").write_bytes(rootfs())
    change = 'CMD ["/bin/busybox", "sleep", "1000"]'
    stack.engine.docker("import", "--change", change, directory / "root.tar", app.image)


def by_commit(stack: Stack, app: App, _: Path) -> None:
    stack.engine.docker("commit", "--change", "LABEL marker=new", app.name, app.image)


@pytest.mark.parametrize(
    "moves", [by_tag, by_load, by_classic_build, by_buildkit, by_import, by_commit], ids=lambda f: f.__name__
)
def test_a_tag_that_moves_is_found(
    daemon: Running, stack: Stack, tmp_path: Path, moves: Callable[[Stack, App, Path], None]
) -> None:
    web = labelled(stack)

    moves(stack, web, tmp_path)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_a_pull_by_somebody_else_is_found(daemon: Running, stack: Stack, registry: PrivateRegistry) -> None:
    reference = f"{registry.address}/{stack.name('web:1')}"
    new = stack.image(reference, marker="new")
    stack.engine.docker("push", reference)
    stack.image(reference, marker="old")
    stack.engine.docker("rmi", new)
    cid = stack.run(reference, *LOCAL, name=stack.name("web"))

    stack.engine.docker("pull", reference)

    daemon.wait("container updated", container=stack.name("web"))
    assert stack.inspect(stack.name("web"))["Id"] != cid


def test_compose_build_is_found(start: Start, stack: Stack, tmp_path: Path) -> None:
    """On 20.10 no event tells of it: the full look finds it."""
    web = labelled(stack)
    daemon = start(hurried=True).looked()
    compose = f"services: {{web: {{image: '{web.image}', build: .}}}}\n"
    dockerfile = DOCKERFILE.format(marker="new") + COMMAND
    write_files(tmp_path, {"Dockerfile": dockerfile, "busybox": busybox(), "compose.yaml": compose})

    built = subprocess.run(
        ["docker", "compose", "--progress", "quiet", "build"],
        cwd=tmp_path,
        env=stack.engine.environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert built.returncode == 0, built.stderr
    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_what_is_outdated_at_the_start_is_found(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)

    start().wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_a_container_created_from_a_tag_that_moves_on_is_found(daemon: Running, stack: Stack) -> None:
    """Compose creates, a build moves the tag, compose starts."""
    reference = stack.name("app:1")
    stack.image(reference, marker="old")
    cid = stack.create(reference, *LOCAL, name=stack.name("web"))

    stack.image(reference, marker="new")
    daemon.wait("container updated", container=stack.name("web"))

    found = stack.inspect(stack.name("web"))
    assert (found["Id"] != cid, found["Image"]) == (True, stack.image_id(reference))
    assert found["State"]["Running"] is False


def test_a_renamed_container_is_updated_under_its_new_name(daemon: Running, stack: Stack) -> None:
    web = labelled(stack)
    stack.engine.docker("rename", web.name, stack.name("renamed"))

    move(stack, web)

    daemon.wait("container updated", container=stack.name("renamed"))
    assert list(stack.containers()) == [stack.name("renamed")]


def test_a_container_destroyed_meanwhile_is_no_error(daemon: Running, stack: Stack) -> None:
    web, fence = labelled(stack), labelled(stack, name="fence")
    stack.engine.docker("rm", "-f", web.name)

    move(stack, web)
    move(stack, fence)

    daemon.wait("container updated", container=fence.name)
    assert daemon.stop() == 0
    assert daemon.about(web.name) == []


def test_every_container_of_a_tag_is_updated(daemon: Running, stack: Stack) -> None:
    first = labelled(stack, name="a")
    others = [stack.run(first.image, *LOCAL, name=stack.name(f"b{number}")) for number in range(3)]

    move(stack, first)

    for name in [first.name, *(stack.name(f"b{number}") for number in range(3))]:
        daemon.wait("container updated", container=name)
    assert {row["ImageID"] for row in stack.containers().values()} == {stack.image_id(first.image)}
    assert not set(others) & {row["Id"] for row in stack.containers().values()}


def test_a_tag_that_moves_during_the_update_is_followed_up(daemon: Running, stack: Stack) -> None:
    web = labelled(stack)
    move(stack, web, marker="second")
    stack.wait(lambda: succeeded(stack, web))

    last = move(stack, web, marker="third")

    daemon.wait("container updated", container=web.name)
    stack.wait(lambda: stack.image_id(web.image) == last and is_replaced(stack, web))


@pytest.mark.parametrize("force", [(), ("-f",)], ids=["untag", "delete"])
def test_a_tag_that_is_gone_is_unknown_and_said_once(
    daemon: Running, stack: Stack, force: tuple[str, ...]
) -> None:
    web, fence = labelled(stack), labelled(stack, name="fence")
    if not force:
        stack.tag(web.image, stack.name("kept:1"))

    stack.engine.docker("rmi", *force, web.image, check=not force)
    daemon.wait("container unknown", container=web.name)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert len(daemon.about(web.name)) == 1
    assert is_untouched(stack, web)


def test_what_is_not_labelled_is_left_alone(daemon: Running, stack: Stack) -> None:
    plain, off = (
        current(stack, name="plain"),
        current(stack, "--label", "ctr-updater.enable=false", name="off"),
    )
    fence = labelled(stack, name="fence")

    for app in (plain, off, fence):
        move(stack, app)
    daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert is_untouched(stack, plain)
    assert is_untouched(stack, off)
    assert (daemon.about(plain.name), daemon.about(off.name)) == ([], [])


def test_a_container_recreated_without_the_label_is_left_alone(daemon: Running, stack: Stack) -> None:
    web, fence = current(stack, *OPT_IN, "--label", "ctr-updater.source=local"), labelled(stack, name="fence")
    stack.engine.docker("rm", "-f", web.name)
    plain = stack.run(web.image, name=web.name)

    move(stack, web)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert daemon.stop() == 0
    assert stack.inspect(web.name)["Id"] == plain
