"""Somebody removes, renames, starts or changes a container in the middle of its update.

What the person wanted stands; what is left of the container is kept, and has the name.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.recovery.test_bereft import cut_short
from tests.integration.update.test_adversity import meddle, update
from tests.integration.updates import replaced
from tests.testbed.cli import Commands
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

Docker = Callable[..., str]
CRASH = {"cmd": "echo broken; exit 3"}


@pytest.fixture
def docker(stack: Stack) -> Docker:
    """What a person types."""
    return stack.engine.docker


def went_back(stack: Stack, web: App) -> dict[str, Any]:
    """The old container has the name and runs, and nothing else is left."""
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert (after["Id"], after["State"]["Running"]) == (web.cid, True)
    return after


# The old container is removed


def test_a_container_that_is_removed_before_its_successor_is_made_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("rm", "-f", web.name)), match="create")

    done = update(cli, proxy, web)

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"{web.name} was removed" in done.err
    assert stack.containers() == {}


@pytest.mark.parametrize("number", [1, 2])
def test_one_that_is_removed_when_it_was_set_aside_has_its_successor_to_go_on(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, number: int
) -> None:
    web = outdated(stack)
    proxy.arm(meddle(lambda: docker("rm", web.cid)), match="^POST .*/rename", n=number, when="after")

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_bad_image_stays_where_what_it_replaced_was_removed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, number: int
) -> None:
    """There is nothing to go back to any more: it keeps the name, or gets it back, and that is said."""
    web = outdated(stack, new=CRASH)
    proxy.arm(meddle(lambda: docker("rm", web.cid)), match="^POST .*/rename", n=number, when="after")

    done = update(cli, proxy, web, CRASHES)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "nothing to go back to" in done.err
    assert replaced(stack, web)["State"]["ExitCode"] == 3


# The new container is removed while it is undone


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [3, 4])
def test_the_old_container_runs_again_where_the_bad_one_is_removed_as_it_is_undone(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, number: int, when: When
) -> None:
    web = outdated(stack, new=CRASH)

    def remove() -> None:
        docker("rm", "-f", *(row["Id"] for row in stack.containers().values() if row["Id"] != web.cid))

    proxy.arm(meddle(remove), match="^POST .*/rename", n=number, when=when)

    assert update(cli, proxy, web, CRASHES).code == 6

    went_back(stack, web)


def test_one_that_removes_itself_is_not_lost_where_its_name_is_taken_as_it_goes(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    """Its spare is all that is left of it, and is kept until the name is free again."""
    web = outdated(stack, "--rm")
    stack.image(stack.name("thief:1"))
    thieves: list[str] = []
    proxy.arm(
        meddle(lambda: thieves.append(stack.run(stack.name("thief:1"), name=web.name))),
        match="^POST .*/rename",
        n=2,
    )

    done = update(cli, proxy, web)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert stack.inspect(web.name)["Id"] == thieves[0]
    assert "running as it was" not in done.err
    assert "docker rm" not in done.err
    assert f"`watcher update {web.name}` once what has the name now is renamed or removed" in done.err
    docker("rm", "-f", web.name)
    assert update(cli, proxy, web).code == 0
    assert replaced(stack, web)["State"]["Running"]


# A person renames either of them


@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("call", ["^POST .*/rename", "^POST .*/start"])
def test_an_old_container_that_is_renamed_in_the_middle_is_there_and_the_name_has_one_that_runs(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, call: str, *, bad: bool
) -> None:
    web, mine = outdated(stack, new=CRASH if bad else {}), stack.name("mine")
    proxy.arm(meddle(lambda: docker("rename", web.cid, mine)), match=call, when="after")

    assert update(cli, proxy, web, CRASHES if bad else QUICK).code == (6 if bad else 0)

    if bad:
        went_back(stack, web)
    else:
        assert stack.containers().keys() == {web.name, mine}
        assert stack.inspect(web.name)["State"]["Running"]


@pytest.mark.parametrize("bad", [False, True])
def test_a_new_container_that_is_renamed_under_its_proof_is_judged_all_the_same(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, *, bad: bool
) -> None:
    web, mine = outdated(stack, new=CRASH if bad else {}), stack.name("mine")
    proxy.arm(meddle(lambda: docker("rename", web.name, mine)), match="^POST .*/start", when="after")

    update(cli, proxy, web, CRASHES if bad else QUICK)

    if bad:
        went_back(stack, web)
    else:
        assert len(stack.containers()) == 1
        (row,) = stack.containers().values()
        assert row["State"] == "running"


# A person changes its options


@pytest.mark.parametrize("policy", ["no", "always"])
@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize(
    ("call", "number", "when"),
    [
        ("/stop", 1, "after"),
        ("/rename", 1, "before"),
        ("/rename", 2, "after"),
        ("/start", 1, "before"),
        ("/start", 1, "after"),
    ],
)
def test_a_policy_and_other_options_that_are_changed_in_the_middle_are_not_lost(
    cli: Commands,
    stack: Stack,
    proxy: Proxy,
    docker: Docker,
    policy: str,
    call: str,
    number: int,
    when: When,
    *,
    bad: bool,
) -> None:
    # The engine refuses to change what is just being restarted.
    web = outdated(stack, "--restart", policy, new={"cmd": "echo broken; sleep 0.4; exit 3"} if bad else {})
    changed = ("--restart", "unless-stopped", "--cpu-shares", "512")
    proxy.arm(
        meddle(lambda: docker("update", *changed, web.name)), match=f"^POST .*{call}", n=number, when=when
    )

    assert update(cli, proxy, web, CRASHES if bad else QUICK).code == (6 if bad else 0)

    after = went_back(stack, web) if bad else replaced(stack, web)
    assert after["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert after["HostConfig"]["CpuShares"] == 512


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_policy_that_is_changed_as_the_bad_one_is_stopped_is_not_lost(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, when: When
) -> None:
    """The old container has its name again by then, and is still held: it is given back what it has now."""
    web = outdated(stack, "--restart", "always", new=CRASH)
    change = ("update", "--restart", "unless-stopped", web.cid)
    proxy.arm(meddle(lambda: docker(*change)), match="^POST .*/stop", n=2, when=when)

    assert update(cli, proxy, web, CRASHES).code == 6

    assert went_back(stack, web)["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


def test_a_policy_that_a_successor_was_given_is_not_lost_where_it_alone_is_left(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    """The updater is killed when it has set the old one aside, which somebody removes."""
    web = outdated(stack, "--restart", "always")
    cut_short(cli, proxy, web, 4)
    docker("rm", web.cid)
    (left,) = stack.containers().values()
    docker("update", "--restart", "unless-stopped", left["Id"])

    assert update(cli, proxy, web).code == 0

    after = replaced(stack, web)
    assert (after["Id"], after["State"]["Running"]) == (left["Id"], True)
    assert after["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


# A person starts it


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["create", "^POST .*/rename"])
def test_a_start_of_one_that_was_down_is_not_taken_back(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker, call: str, when: When
) -> None:
    web = outdated(stack)
    docker("stop", "-t", "0", web.name)
    proxy.arm(meddle(lambda: docker("start", web.cid)), match=call, when=when)

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web)["State"]["Running"]


def test_a_start_of_one_that_was_down_stays_where_the_updater_was_killed(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    web = outdated(stack)
    docker("stop", "-t", "0", web.name)
    cut_short(cli, proxy, web, 3)
    docker("start", web.cid)

    assert update(cli, proxy, web).code == 0

    assert replaced(stack, web)["State"]["Running"]


def test_what_compose_made_anew_and_could_not_name_is_named_and_started(
    cli: Commands, stack: Stack, proxy: Proxy, docker: Docker
) -> None:
    """It makes it as `ID_NAME` first, and fails to rename it where one of the two has the name just then."""
    web, made = outdated(stack), list[str]()

    def recreate() -> None:
        made.append(stack.create(web.image, name=f"{web.cid[:12]}_{web.name}"))
        docker("rm", "-f", *(row["Id"] for row in stack.containers().values() if row["Id"] != made[0]))

    proxy.arm(meddle(recreate), match="^POST .*/start")

    done = update(cli, proxy, web)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "was replaced by somebody else" in done.err
    after = replaced(stack, web)
    assert (after["Id"], after["State"]["Running"]) == (made[0], True)
