"""The exercise's examples, line by line: what `ctr-updater` prints, and its exit code."""

import urllib.request
from collections.abc import Callable

import pytest

from tests.integration.apps import QUICK, current, marker_of, published
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = [pytest.mark.every_commit, pytest.mark.every_engine]

DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
COPY index.html /www/index.html
ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/www"]
"""


def test_without_an_argument_the_running_containers_are_listed_one_name_per_line(
    cli: Commands, stack: Stack
) -> None:
    app = stack.name("app:1")
    stack.image(app)
    engine_given = [stack.inspect(stack.run(app))["Name"].removeprefix("/") for _ in range(2)]
    stack.run(app, name=stack.name("mine"))
    stack.create(app, name=stack.name("created"))
    stack.engine.docker("stop", stack.run(app, name=stack.name("stopped")))

    done = cli("ctr-updater")

    names = sorted([*engine_given, stack.name("mine")])
    assert done == (0, "\n".join(["Choose a container to analyze:", *names, ""]), "")


def test_without_any_container_the_list_is_its_first_line_alone(cli: Commands, stack: Stack) -> None:
    assert stack.containers() == {}

    assert cli("ctr-updater") == (0, "Choose a container to analyze:\n", "")


def test_a_paused_container_is_active_too(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.engine.docker("pause", web.name)

    assert cli("ctr-updater").out == f"Choose a container to analyze:\n{web.name}\n"


@pytest.mark.parametrize("builder", ["classic", "buildkit"])
def test_example_of_step_2_and_4(
    cli: Commands, stack: Stack, free_port: Callable[[], int], builder: str
) -> None:
    """`docker build`, `docker run`: 0; `docker build` of another page: 1; `--autoupdate`: 0."""
    webserver, mws, port = stack.name("my_webserver"), stack.name("mws"), free_port()
    stack.build(webserver, DOCKERFILE, context={"index.html": "page\n"}, builder=builder)
    old = stack.run(webserver, "-p", f"127.0.0.1:{port}:80", name=mws)
    assert _silent(cli, mws) == 0

    stack.build(webserver, DOCKERFILE, context={"index.html": "nouvelle page\n"}, builder=builder)
    assert _silent(cli, mws) == 1

    assert _silent(cli, "--autoupdate", mws) == 0
    assert not stack.exists(old)
    assert list(stack.containers()) == [mws]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/index.html") as answer:
        assert answer.read() == b"nouvelle page\n"
    assert _silent(cli, mws) == 0


def test_example_of_step_3(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    """`docker run`: 0; `--pull`: 1; without it: 1, for the image is there; retagged back: 0; `--pull`: 1."""
    youp0m = published(stack, registry, name="myp0m")

    assert _silent(cli, youp0m.name) == 0
    assert _silent(cli, "--pull", youp0m.name) == 1
    assert _silent(cli, youp0m.name) == 1

    stack.tag(youp0m.old, youp0m.image)
    assert _silent(cli, youp0m.name) == 0
    assert _silent(cli, "--pull", youp0m.name) == 1


def test_example_of_step_4_with_a_pull(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    """`--pull --autoupdate`: 0, and the container runs the image of the registry."""
    youp0m = published(stack, registry, name="myp0m")

    assert _silent(cli, "--pull", "--autoupdate", youp0m.name) == 0

    assert marker_of(stack, youp0m.name) == "new"
    assert not stack.exists(youp0m.cid)
    assert _silent(cli, "--pull", youp0m.name) == 0


def test_autoupdate_without_an_update_changes_nothing(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    before = stack.inspect(web.name)

    assert _silent(cli, "--autoupdate", web.name) == 0

    assert stack.inspect(web.name) == before


def test_autoupdate_alone_asks_no_registry(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    youp0m = published(stack, registry)
    before = registry.requests()

    assert _silent(cli, "--autoupdate", youp0m.name) == 0

    assert registry.requests() == before
    assert stack.exists(youp0m.cid)


def _silent(cli: Commands, *arguments: str) -> int:
    """Run `ctr-updater`, whose answer is the exit code alone: standard output stays empty."""
    done = cli("ctr-updater", *arguments, env=QUICK)
    assert done.out == ""
    assert arguments[-1] in done.err
    return done.code
