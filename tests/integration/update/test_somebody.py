"""What somebody else does to a successor under its proof is not held against its image, and stands."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.outcomes import ended
from tests.integration.updates import UPDATE, kill, replaced, unchanged
from tests.testbed.cli import Commands, Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.faults import passing, run
from tests.testbed.images import SERVE
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

# Long enough for somebody to do something meanwhile.
PROOF = {"CTR_UPDATER_STABLE_FOR": "3s"}

Meddle = Callable[..., Result]


@pytest.fixture
def meddled(cli: Commands, stack: Stack, proxy: Proxy) -> Meddle:
    """A function that lets a person type docker commands as soon as the successor is started."""

    def update(web: App, *commands: tuple[str, ...], call: str = "^POST .*/start") -> Result:
        def typed() -> None:
            for command in commands:
                stack.engine.docker(*command)

        proxy.arm(run(typed, then=passing), match=call, when="after")
        return cli(*UPDATE, web.name, env=PROOF | {"DOCKER_HOST": proxy.host}, timeout=240)

    return update


def not_held(cli: Commands, web: App) -> bool:
    """Whether the image is not remembered as one that failed."""
    return "held" not in cli("watcher", "check", web.name).out


def stopped(stack: Stack, web: App) -> dict[str, Any]:
    """The container of the name is alone, and does not run."""
    assert list(stack.containers()) == [web.name]
    found = stack.inspect(web.name)
    assert not found["State"]["Running"]
    return found


def test_one_that_somebody_restarts_is_judged_anew(meddled: Meddle, stack: Stack) -> None:
    web = outdated(stack)

    done = meddled(web, ("restart", web.name))

    assert (done.code, done.err) == (0, "")
    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("policy", ["no", "always", "unless-stopped"])
@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_one_that_somebody_stops_stays_so(
    meddled: Meddle, cli: Commands, stack: Stack, verb: str, policy: str
) -> None:
    """It is updated as every stopped container is."""
    web = outdated(stack, "--restart", policy)

    assert meddled(web, (verb, web.name)).code == 0

    assert stopped(stack, web)["Image"] == stack.image_id(web.image)
    assert stack.inspect(web.name)["HostConfig"]["RestartPolicy"]["Name"] == policy
    assert not_held(cli, web)


def test_an_exit_code_0_that_somebody_caused_is_no_job_that_ended_well(
    meddled: Meddle, stack: Stack, proxy: Proxy
) -> None:
    """The old container is not removed on the strength of it: what follows is not called proved."""
    web = outdated(stack)

    meddled(web, ("stop", web.name))

    assert "rename old" in [_verb(str(call), web) for call in proxy.changes][5:]
    assert stopped(stack, web)["State"]["Status"] == "created"


def _verb(call: str, web: App) -> str:
    return f"{call.rpartition('/')[2].partition('?')[0]} {'old' if web.cid in call else 'new'}"


def test_one_that_somebody_stops_and_starts_is_judged_anew(meddled: Meddle, stack: Stack) -> None:
    web = outdated(stack)

    assert meddled(web, ("stop", web.name), ("start", web.name)).code == 0

    assert replaced(stack, web)["State"]["Running"]


def test_one_that_was_restarted_and_crashes_then_is_not_proved(
    meddled: Meddle, cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, new={"cmd": f"[ -e /ran ] && exit 3; touch /ran; {SERVE}"})
    before = stack.inspect(web.name)

    assert meddled(web, ("restart", web.name)).code == 6

    unchanged(stack, before)
    assert not not_held(cli, web)


def test_one_that_does_not_bear_a_signal_is_undone_and_not_held(
    meddled: Meddle, cli: Commands, stack: Stack
) -> None:
    """Nobody wanted it to end: so the old one runs again."""
    web = outdated(stack, new={"cmd": f"trap 'exit 1' HUP; touch /trap; {SERVE}"})
    before = stack.inspect(web.name)
    has_trap = ("exec", web.name, "sh", "-c", "until [ -e /trap ]; do sleep 0.1; done")

    done = meddled(web, has_trap, ("kill", "-s", "HUP", web.name))

    assert done.code == 6
    assert "somebody" in done.err
    unchanged(stack, before)
    assert not_held(cli, web)


def test_one_that_bears_a_signal_goes_on(meddled: Meddle, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": f"trap '' HUP; {SERVE}"})

    assert meddled(web, ("kill", "-s", "HUP", web.name)).code == 0

    replaced(stack, web)


def test_one_that_is_paused_for_a_while_is_judged_afterwards(meddled: Meddle, stack: Stack) -> None:
    web = outdated(stack, healthcheck="true", new={"healthcheck": "true"})

    assert meddled(web, ("pause", web.name), ("unpause", web.name)).code == 0

    assert replaced(stack, web)["State"]["Running"]


def test_one_that_somebody_takes_off_its_network_is_proved_without(
    meddled: Meddle, stack: Stack, free_port: Callable[[], int]
) -> None:
    """Its ports go with the network; what was done stands, and it is not restarted for that."""
    network = stack.name("net")
    stack.engine.docker("network", "create", network)
    web = outdated(stack, "--network", network, "-p", f"127.0.0.1:{free_port()}:80")

    done = meddled(web, ("network", "disconnect", network, web.name), ("network", "rm", network))

    assert (done.code, done.err) == (0, "")
    assert network not in replaced(stack, web)["NetworkSettings"]["Networks"]


def test_one_that_fails_for_somebody_took_it_off_a_network_is_undone_and_not_held(
    meddled: Meddle, cli: Commands, stack: Stack
) -> None:
    network, check = stack.name("net"), "ip -o -4 addr show | grep -qv ' lo '"
    stack.engine.docker("network", "create", network)
    web = outdated(stack, "--network", network, healthcheck=check)
    before = stack.inspect(web.name)

    done = meddled(web, ("network", "disconnect", network, web.name))

    assert done.code == 6
    assert "somebody took it off a network, and it became unhealthy" in done.err
    unchanged(stack, before)
    assert not_held(cli, web)


def test_one_that_removes_itself_and_that_somebody_stops_is_not_held(
    meddled: Meddle, cli: Commands, stack: Stack
) -> None:
    web = outdated(stack, "--rm")

    done = meddled(web, ("stop", web.name))

    assert done.code == 6
    assert "somebody stopped it, and it removed itself" in done.err
    assert stack.inspect(web.name)["Image"] == web.old
    assert not_held(cli, web)


@pytest.mark.parametrize("policy", ["no", "always"])
def test_whoever_finishes_an_update_lets_one_be_that_somebody_stops(
    cli: Commands, stack: Stack, proxy: Proxy, policy: str
) -> None:
    web = outdated(stack, "--restart", policy)
    killed = cli.start(*UPDATE, web.name, env=PROOF | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(lambda: kill(killed)), match="^POST .*/rename", n=2, when="after")
    killed.wait()
    stop = run(lambda: stack.engine.docker("stop", web.name), then=passing)
    proxy.arm(stop, match="^POST .*/start", when="after")

    assert cli(*UPDATE, web.name, env=PROOF | {"DOCKER_HOST": proxy.host}).code == 0

    assert stopped(stack, web)["HostConfig"]["RestartPolicy"]["Name"] == policy


# What is nobody's doing


@pytest.fixture
def own(engine_version: str) -> Iterator[PrivateEngine]:
    with PrivateEngine(engine_version) as engine:
        yield engine


@pytest.mark.parametrize("policy", ["no", "always"])
def test_the_stop_of_the_engine_itself_is_no_persons(tmp_path: Any, own: PrivateEngine, policy: str) -> None:
    """It sends signals as well, and takes its time where another container does."""
    stack, cli = Stack(own), Commands(own.host, tmp_path)
    web = outdated(stack, "--restart", policy)
    stack.run(web.old, name=stack.name("slow"), command=("sh", "-c", "trap '' TERM; sleep 60 & wait"))
    process = cli.start(*UPDATE, web.name, env={"CTR_UPDATER_STABLE_FOR": "1h"})
    stack.wait(lambda: any(row["Id"] != web.cid and row["State"] == "running" for row in _of(stack, web)))

    own.restart()

    assert ended(process).code in {4, 6}
    cli(*UPDATE, web.name, env=QUICK)
    assert stack.inspect(web.name)["State"]["Running"]


def _of(stack: Stack, web: App) -> list[dict[str, Any]]:
    return [row for name, row in stack.containers().items() if name == web.name]
