"""An update that was cut short, and whose old container somebody removed: the only one left is kept."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.update.test_adversity import meddle, update
from tests.integration.updates import UPDATE, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import answer, run
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

Docker = Callable[..., str]


@pytest.fixture
def docker(stack: Stack) -> Docker:
    """What a person types."""
    return stack.engine.docker


def cut_short(cli: Commands, proxy: Proxy, web: App, number: int, when: When = "after") -> None:
    """Kill the updater when the engine has answered so many of its changing calls, or before the last."""
    updating = Future[subprocess.Popen[str]]()
    proxy.arm(run(lambda: updating.result().kill()), n=number, when=when)
    updating.set_result(cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()
    proxy.disarm()


@pytest.mark.parametrize(
    ("status", "number"),
    [("running", 2), ("running", 3), ("running", 4), ("paused", 4), ("paused", 5), ("exited", 3)],
)
def test_an_old_container_is_known_to_be_on_its_way_back_until_it_is(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, status: str, number: int
) -> None:
    """Its successor is gone, and the recovery is killed before one of its calls."""
    web = outdated(stack, "--restart", "always")
    if status != "running":
        docker("pause" if status == "paused" else "stop", web.cid)
    cut_short(cli, proxy, web, 3 if status == "exited" else 4)
    docker("rm", next(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid))
    docker("tag", web.old, web.image)
    cut_short(cli, proxy, web, number, when="before")

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert (after["Id"], after["State"]["Status"]) == (web.cid, status)
    assert after["HostConfig"]["RestartPolicy"]["Name"] == "always"


def test_an_old_container_whose_name_is_taken_as_it_comes_back_stays_stopped(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    web = outdated(stack, "--restart", "always")
    cut_short(cli, proxy, web, 4)
    docker("rm", next(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid))
    docker("tag", web.old, web.image)
    took = meddle(lambda: stack.run(web.image, name=web.name))
    proxy.arm(took, match=rf"^POST .*{web.cid}/rename\?name={web.name}$")

    update(cli, proxy, web)

    assert stack.inspect(web.name)["Id"] != web.cid
    aside = stack.inspect(web.cid)
    assert (aside["State"]["Running"], aside["HostConfig"]["RestartPolicy"]["Name"]) == (False, "no")


@pytest.mark.parametrize("look", [1, 2, 3, 4])
def test_a_recovery_does_not_undo_the_only_good_one(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, look: int
) -> None:
    """A person removes the old container at one of the looks that the recovery takes at it."""
    web = outdated(stack)
    cut_short(cli, proxy, web, 5)
    started = next(row["Id"] for row in stack.containers().values() if row["State"] == "running")
    proxy.arm(meddle(lambda: docker("rm", "-f", web.cid)), match=f"^GET .*{web.cid}/json", n=look)

    assert update(cli, proxy, web).code == 0

    after = replaced(stack, web)
    assert (after["Id"], after["State"]["Running"]) == (started, True)


@pytest.mark.parametrize("bad", [False, True])
def test_what_is_left_of_an_update_is_started_and_gets_the_name(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, *, bad: bool
) -> None:
    web = outdated(stack, new={"cmd": "echo broken; exit 3"} if bad else {})
    cut_short(cli, proxy, web, 3)
    docker("rm", web.cid)

    done = cli(*UPDATE, web.name, env=CRASHES if bad else QUICK)

    assert (done.code, "nothing to go back to" in done.err) == (0, bad)
    after = replaced(stack, web)
    assert after["State"]["Running"] is not bad
    assert cli(*UPDATE, web.name, env=QUICK).err == ""


def test_what_is_left_of_a_container_that_a_person_removed_is_dropped(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    web = outdated(stack)
    cut_short(cli, proxy, web, 1)
    docker("rm", "-f", web.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 3

    assert stack.containers() == {}


def test_a_container_that_a_prune_removed_is_missed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    """A prune by age spares the successor, which was made a moment ago."""
    web = outdated(stack)
    cut_short(cli, proxy, web, 2)
    made = stack.inspect(web.cid)["Created"]
    docker("container", "prune", "-f", "--filter", f"until={made}")
    assert len(stack.containers()) == 1

    cli(*UPDATE, web.name, env=QUICK)

    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("is_bad", [False, True])
def test_what_is_left_in_the_middle_of_its_proof_has_to_prove_itself_all_the_same(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, *, is_bad: bool
) -> None:
    """A person removes the old container, and the engine breaks the proof of the new one off."""
    web = outdated(stack, healthcheck="true", new={"healthcheck": "false" if is_bad else "true"})
    proxy.arm(meddle(lambda: docker("rm", web.cid)), match="^POST .*/start", when="after")
    proxy.arm(answer(), match=r"^GET .*/events\?(?!.*since)")

    done = update(cli, proxy, web)

    assert (done.code, "it became unhealthy" in done.err) == ((4, True) if is_bad else (0, False))
    assert replaced(stack, web)["State"]["Running"]
