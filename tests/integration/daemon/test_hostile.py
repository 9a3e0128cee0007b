"""What one container says touches no other, whoever made it."""

from collections.abc import Callable

import pytest

from tests.integration.apps import CRASHES, QUICK, current, outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import answer, says
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

NUMBER = "com.docker.compose.container-number"


@pytest.fixture
def bystander(stack: Stack) -> str:
    """A container that is not ours, with a number of 5000 digits among the replicas of its service."""
    said = {
        NUMBER: "9" * 5000,
        "com.docker.compose.service": "web",
        "com.docker.compose.depends_on": ":::,,:",
    }
    options = [word for name, text in said.items() for word in ("--label", f"{name}={text}")]
    return current(stack, *options, name="bystander").name


def test_the_daemon_reports_a_number_that_cannot_be_read_and_goes_on(
    bystander: str, daemon: Running, stack: Stack
) -> None:
    web = labelled(stack)

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    why = f"{bystander} has a label {NUMBER} that holds no number: it counts as not said"
    assert [line["why"] for line in daemon.said("order in doubt")] == [why]


@pytest.mark.usefixtures("bystander")
def test_commands_go_on_beside_a_number_that_cannot_be_read(
    cli: Commands, once: Callable[..., Result], stack: Stack
) -> None:
    first, second = outdated(stack, *LOCAL, name="first"), outdated(stack, *LOCAL, name="second")

    assert cli("watcher", "update", "--no-pull", first.name, second.name, env=QUICK).code == 0
    third = outdated(stack, *LOCAL, name="third")
    assert once().code == 0
    assert all(is_replaced(stack, app) for app in (first, second, third))


def test_a_reference_that_is_none_ends_nothing_for_others(
    cli: Commands, once: Callable[..., Result], stack: Stack
) -> None:
    image = stack.image(stack.name("odd:1"))
    odd = stack.name("odd")
    stack.run(image, *OPT_IN, "--label", "ctr-updater.reference=???/../../containers/json", name=odd)
    web = outdated(stack, *LOCAL)

    listed = cli("watcher", "list")
    assert (listed.code, web.name in listed.out, odd in listed.out) == (0, True, True)
    assert cli("watcher", "check", odd).code in {0, 5}
    assert once().code in {0, 5}
    assert is_replaced(stack, web)


@pytest.mark.parametrize("command", ["update", "once"])
def test_a_container_that_the_engine_describes_oddly_is_reported_and_the_rest_goes_on(
    cli: Commands, stack: Stack, proxy: Proxy, command: str
) -> None:
    odd, web = outdated(stack, *LOCAL, name="odd"), outdated(stack, *LOCAL)
    proxy.arm(answer(200, "odd"), match=f"^GET .*/containers/{odd.name}/json", times=1000)
    words = {"update": ("update", "--no-pull", odd.name, web.name), "once": ("run", "--once")}[command]

    done = cli("watcher", *words, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, odd.name in done.err, "KeyError" in done.err) == (5, True, True)
    assert is_replaced(stack, web)
    assert is_untouched(stack, odd)


def test_a_container_that_the_engine_describes_oddly_is_one_row_of_the_list(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    odd, web = labelled(stack, name="odd"), labelled(stack)
    proxy.arm(answer(200, "odd"), match=f"^GET .*/containers/{odd.cid}/json", times=1000)

    done = cli("watcher", "list", env={"DOCKER_HOST": proxy.host})

    rows = {line.split()[0]: line for line in done.out.splitlines()}
    assert f"unknown: {odd.name}: unexpected KeyError" in rows[odd.name]
    assert "up to date" in rows[web.name]


def test_a_container_that_the_engine_cannot_describe_keeps_nobody_else_from_an_update(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    odd, web = current(stack, name="odd"), outdated(stack)
    proxy.arm(answer(500, "no such layer"), match=f"^GET .*/containers/{odd.cid}/json", times=1000)

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 0
    assert is_replaced(stack, web)


def test_an_image_that_the_engine_cannot_read_concerns_its_own_containers_alone(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    odd = current(stack, *LOCAL, name="odd", marker="odd")
    web = outdated(stack, *LOCAL)
    proxy.arm(answer(500, "blob not found"), match=f"^GET .*/images/{odd.old}/json", times=1000)

    daemon = start(host=proxy.host).looked()
    daemon.wait("container updated", container=web.name)

    assert daemon.said("engine gone") == []


ODD_CONFIG = {
    "Env": "PATH=/",
    "Labels": ["ctr-updater.enable"],
    "Entrypoint": 5,
    "Healthcheck": [],
    "User": {},
}


@pytest.mark.parametrize(
    "said",
    [{}, {"Config": ODD_CONFIG}, {"Config": "odd", "Os": 5, "Architecture": [], "RepoTags": None}],
    ids=["nothing", "types", "no config"],
)
def test_an_image_that_is_described_oddly_concerns_its_own_containers_alone(
    start: Start, stack: Stack, proxy: Proxy, said: dict[str, object]
) -> None:
    odd = current(stack, *LOCAL, name="odd", marker="odd")
    web = labelled(stack)
    proxy.arm(says({"Id": odd.old} | said), match=f"^GET .*/images/{odd.old}/json", times=1000)
    daemon = start(host=proxy.host).looked()

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    assert is_untouched(stack, odd)
    assert daemon.said("engine gone") == []


def test_a_label_that_the_engine_puts_over_an_exit_code_is_no_number_to_be_read(
    cli: Commands, stack: Stack
) -> None:
    """In its events the engine writes labels, an image's too, over what it says itself."""
    labels = {"exitCode": "0x0", "signal": "15", "oldName": "web", "container": "web"}
    web = outdated(stack, "--restart", "no", new={"labels": labels, "cmd": "echo broken; exit 3"})

    done = cli("watcher", "update", "--no-pull", web.name, env=CRASHES)

    assert (done.code, done.err.count("\n")) == (6, 1)
    assert "it ended with exit code 3" in done.err
    assert is_untouched(stack, web)
