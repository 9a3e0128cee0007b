"""`docker run` of the image does what the commands do on the host, and never sees itself."""

from collections.abc import Callable

import pytest

from tests.e2e.image.conftest import HARDENED, Docker
from tests.testbed.cli import Result
from tests.testbed.stack import Stack
from watcher import __version__

Run = Callable[..., Result]
NEVER_SLOW = ("-e", "CTR_UPDATER_STABLE_FOR=500ms")


@pytest.fixture
def web(stack: Stack) -> str:
    """The name of a container that runs the current image of its tag."""
    stack.image(stack.name("web:1"), marker="old")
    stack.run(stack.name("web:1"), name=stack.name("web"))
    return stack.name("web")


@pytest.fixture
def outdated(stack: Stack, web: str) -> str:
    """The name of a container whose tag has moved on."""
    stack.image(stack.name("web:1"), marker="new")
    return web


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--hostname", "foo"),
        ("--network", "host"),
        ("--network", "none"),
        ("--network", "container:{web}"),
        ("--pid", "host"),
        HARDENED,
        (*HARDENED, "--network", "container:{web}"),
    ],
    ids=" ".join,
)
def test_list_holds_every_container_but_its_own(run: Run, web: str, options: tuple[str, ...]) -> None:
    listed = run(options=tuple(option.format(web=web) for option in options))

    assert listed == (0, f"Choose a container to analyze:\n{web}\n", "")


def test_list_needs_no_root_but_the_group_of_the_socket(run: Run, web: str, socket_group: int) -> None:
    listed = run(options=("--user", "65532:65532", "--group-add", str(socket_group), *HARDENED))

    assert (listed.code, listed.out.splitlines()[1:]) == (0, [web])


def test_socket_that_is_not_ours_to_open_is_an_engine_out_of_reach(run: Run, web: str) -> None:
    assert run(web, options=("--user", "65532:65532")).code == 4


def test_current_container_is_exit_0(run: Run, web: str) -> None:
    assert run(web).code == 0


def test_outdated_container_is_exit_1(run: Run, outdated: str) -> None:
    assert run(outdated).code == 1


def test_unknown_name_is_exit_3(run: Run) -> None:
    assert run("nobody").code == 3


def test_usage_error_is_exit_2(run: Run) -> None:
    assert run("--bogus").code == 2


@pytest.mark.parametrize("options", [(), HARDENED], ids=["plain", "hardened"])
def test_autoupdate_leaves_the_container_on_the_new_image(
    run: Run, stack: Stack, outdated: str, options: tuple[str, ...]
) -> None:
    updated = run("--autoupdate", outdated, options=(*NEVER_SLOW, *options))

    assert updated.code == 0, updated.err
    found = stack.inspect(outdated)
    assert (found["Image"], found["State"]["Running"]) == (stack.image_id(stack.name("web:1")), True)


def test_version_is_the_one_in_the_label(docker: Docker, image: str) -> None:
    shown = docker("run", "--rm", image, "--version")

    assert (shown.code, __version__ in shown.out) == (0, True)


def test_help_needs_no_engine(docker: Docker, image: str) -> None:
    shown = docker("run", "--rm", *HARDENED, "--network", "none", image, "--help")

    assert (shown.code, "--autoupdate" in shown.out) == (0, True)


def test_watcher_is_reached_without_another_entrypoint(run: Run, outdated: str) -> None:
    assert run("watcher", "check", outdated).code == 1
    assert run("watcher", "healthy").code == 1


def test_watcher_is_reached_by_the_entrypoint(run: Run, outdated: str) -> None:
    assert run("check", outdated, options=("--entrypoint", "watcher")).code == 1


def test_without_a_socket_the_engine_is_out_of_reach(docker: Docker, image: str) -> None:
    shown = docker("run", "--rm", image)

    assert (shown.code, "/var/run/docker.sock" in shown.err) == (4, True)
