"""What counts as proved and what is remembered of it, what is cleaned up, and what a signal leaves."""

import re
import signal
import urllib.request
from collections.abc import Callable

import pytest

from tests.integration.apps import CRASHES, QUICK, App, current, outdated
from tests.integration.update.test_races import ended, running
from tests.integration.updates import UPDATE, replaced, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import Fault, Hold, answer, cut, passing, run
from tests.testbed.images import SERVE
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

_CLEANUP = ("--label", "ctr-updater.cleanup=true", "--label", "ctr-updater.keep=0")
_UNENDING = {"CTR_UPDATER_STABLE_FOR": "1h"}

# Jobs


@pytest.mark.parametrize("policy", ["no", "on-failure:3"])
def test_a_job_that_ends_with_0_is_proved(cli: Commands, stack: Stack, policy: str) -> None:
    web = outdated(stack, "--restart", policy, new={"cmd": "exit 0"})

    assert cli(*UPDATE, web.name).code == 0

    assert replaced(stack, web)["State"]["Status"] == "exited"


@pytest.mark.parametrize(
    ("policy", "code"), [("no", 1), ("on-failure:3", 1), ("always", 0), ("unless-stopped", 0)]
)
def test_what_ends_otherwise_is_not_proved(cli: Commands, stack: Stack, policy: str, code: int) -> None:
    """Under a policy that keeps a container running an end is a failure whatever its code."""
    web = outdated(stack, "--restart", policy, new={"cmd": f"exit {code}"})
    before = stack.inspect(web.name)

    assert cli(*UPDATE, web.name).code == 6

    unchanged(stack, before)


# Bad health


def test_a_successor_that_lacks_memory_is_not_proved_though_it_runs_on(cli: Commands, stack: Stack) -> None:
    """Its first process lives; the kernel kills another one, which grows without end.

    It does so after a moment: the engine watches a container's memory only from a little after its start.
    """
    if not stack.engine.api("GET", "/info")[1]["MemoryLimit"]:
        pytest.skip("the machine has no memory controller")
    greedy = {"cmd": f"sleep 1; tail /dev/zero; {SERVE}"}
    web = outdated(stack, "--memory", "16m", "--memory-swap", "16m", new=greedy)
    before = stack.inspect(web.name)

    done = cli(*UPDATE, web.name, env={"CTR_UPDATER_STABLE_FOR": "60s"})

    assert done.code == 6
    assert "lack of memory" in done.err
    unchanged(stack, before)


def test_one_that_was_unhealthy_is_updated_and_its_bad_health_said(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, healthcheck="false")
    stack.wait_for(web.name, lambda found: found["State"]["Health"]["Status"] == "unhealthy")

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "bad health before and still is: it became unhealthy" in done.err
    assert replaced(stack, web)["State"]["Running"]


@pytest.mark.parametrize("is_cured", [True, False])
def test_one_that_crashes_in_a_loop_is_updated_whatever_becomes_of_it(
    cli: Commands, stack: Stack, is_cured: bool
) -> None:
    web = outdated(stack, "--restart", "always", cmd="exit 3", new={"cmd": SERVE if is_cured else "exit 4"})
    # By now the engine waits seconds between its tries, so it is restarting whenever somebody looks.
    stack.wait_for(web.name, lambda found: found["RestartCount"] >= 7 and found["State"]["Restarting"])

    done = cli(*UPDATE, web.name, env=QUICK if is_cured else CRASHES)

    assert done.code == 0
    assert ("it was in bad health before and still is" in done.err) != is_cured
    assert replaced(stack, web)["HostConfig"]["RestartPolicy"]["Name"] == "always"


def test_a_port_is_taken_back_from_a_successor_that_crashes_in_a_loop(
    cli: Commands, stack: Stack, free_port: Callable[[], int]
) -> None:
    port = free_port()
    web = outdated(
        stack,
        "--restart",
        "always",
        "-p",
        f"127.0.0.1:{port}:80",
        new={"cmd": f"({SERVE}) & sleep 1; exit 3"},
    )
    before = stack.inspect(web.name)

    done = cli(*UPDATE, web.name)

    assert done.code == 6
    assert re.search(r": it (restarted|(restarted, last|ended) with exit code 3);", done.err)
    unchanged(stack, before)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        assert page.read() == b"old\n"


# Memory


def test_an_image_that_failed_is_shown_as_held_by_check_and_list(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, "--label", "ctr-updater.enable=true", new={"cmd": "exit 3"})
    failed = stack.image_id(web.image).removeprefix("sha256:")[:12]
    assert cli(*UPDATE, web.name, env=CRASHES).code == 6

    check, listed = cli("watcher", "check", web.name), cli("watcher", "list")

    assert (check.code, check.out.count("\n")) == (1, 1)
    assert check.out.startswith(f"{web.name}: held: failed on {failed}: ")
    assert f"held: failed on {failed}: " in listed.out


@pytest.mark.parametrize("fault", [answer(500, "not today"), cut], ids=["500", "cut"])
def test_an_error_of_the_engine_is_not_held_against_the_image(
    cli: Commands, stack: Stack, proxy: Proxy, fault: Fault
) -> None:
    web = outdated(stack)
    proxy.arm(fault, match="^POST .*/start")
    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 6

    assert cli("watcher", "check", web.name).out.startswith(f"{web.name}: update available: ")
    assert cli(*UPDATE, web.name, env=QUICK).code == 0


# Cleaning up


def test_an_old_image_that_a_stopped_container_is_of_stays(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = current(stack, *_CLEANUP)
    stack.create(web.image, name=stack.name("other"))

    _cleaned_up(cli, stack, proxy, web)

    assert _has_image(stack, web.old)
    assert _image_removals(proxy) == []


def test_an_old_image_that_has_another_tag_stays(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = current(stack, *_CLEANUP)
    stack.tag(web.image, stack.name("kept:1"))

    _cleaned_up(cli, stack, proxy, web)

    assert stack.image_id(stack.name("kept:1")) == web.old
    assert _image_removals(proxy) == []


def test_an_old_image_is_never_removed_by_force(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = current(stack, *_CLEANUP)

    _cleaned_up(cli, stack, proxy, web)

    assert not _has_image(stack, web.old)
    assert all("force=1" not in call and "force=true" not in call for call in _image_removals(proxy))


@pytest.mark.parametrize("fault", [answer(500, "not today"), cut], ids=["500", "cut"])
@pytest.mark.parametrize("call", ["^DELETE /images/", "^GET /images/", "^GET /containers/json"])
def test_an_old_image_that_cannot_be_removed_is_no_failure_of_the_update(
    cli: Commands, stack: Stack, proxy: Proxy, fault: Fault, call: str
) -> None:
    web = current(stack, *_CLEANUP)
    stack.image(web.image, marker="new")
    # What is asked for before the old container's removal is asked for on other grounds.
    proxy.arm(run(lambda: proxy.arm(fault, match=call, times=99), then=passing), match="^DELETE /containers/")

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 0
    replaced(stack, web)


def _cleaned_up(cli: Commands, stack: Stack, proxy: Proxy, web: App) -> None:
    stack.image(web.image, marker="new")
    assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 0


def _has_image(stack: Stack, image: str) -> bool:
    return stack.engine.api("GET", f"/images/{image}/json")[0] == 200


def _image_removals(proxy: Proxy) -> list[str]:
    return [str(call) for call in proxy.calls if call.method == "DELETE" and call.path.startswith("/images")]


# Names that are not ours


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
@pytest.mark.parametrize("new", [SERVE, "exit 3"], ids=["works", "fails"])
def test_containers_of_the_users_own_whose_ids_do_not_match_are_left_alone(
    cli: Commands, stack: Stack, runs: bool, new: str
) -> None:
    """They are called as ours are in the middle of an update, and do not keep it from its end either."""
    web = outdated(stack, new={"cmd": new})
    names = [f"{web.name}.ctr-updater-{kind}-r-0123456789ab" for kind in ("new", "old")]
    for name in names:
        stack.run(web.old, name=name)
        if not runs:
            stack.engine.docker("stop", name)
    before = {name: _identity(stack, name) for name in names}

    done = cli(*UPDATE, web.name, env=QUICK if new == SERVE else CRASHES)

    assert done.code == (0 if new == SERVE else 6)
    assert set(stack.containers()) == {web.name, *names}
    assert {name: _identity(stack, name) for name in names} == before
    assert stack.inspect(web.name)["State"]["Running"]
    assert (stack.inspect(web.name)["Id"] == web.cid) == (done.code == 6)


def _identity(stack: Stack, name: str) -> tuple[str, str]:
    found = stack.inspect(name)
    return found["Id"], found["State"]["StartedAt"]


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_under_the_proof_undoes_the_update(
    cli: Commands, stack: Stack, number: signal.Signals, code: int
) -> None:
    web = outdated(stack)
    before = stack.inspect(web.name)
    process = cli.start(*UPDATE, web.name, env=_UNENDING)
    stack.wait(lambda: any(row != web.cid for row in running(stack)))

    process.send_signal(number)

    assert ended(process) == (code, f"stopped by {number.name}; nothing is half done\n")
    unchanged(stack, before)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("call", [1, 2, 3, 4, 5])
def test_a_second_signal_does_not_cut_the_undoing_short(
    cli: Commands, stack: Stack, proxy: Proxy, number: signal.Signals, code: int, call: int
) -> None:
    web = outdated(stack, "--restart", "always")
    before = stack.inspect(web.name)
    process = cli.start(*UPDATE, web.name, env=_UNENDING | {"DOCKER_HOST": proxy.host})
    stack.wait(lambda: any(row != web.cid for row in running(stack)))
    hold = Hold()
    proxy.arm(hold, n=call)
    process.send_signal(number)
    assert hold.reached.wait(60)

    process.send_signal(number)
    process.send_signal(signal.SIGTERM)
    hold.release()

    assert ended(process) == (code, f"stopped by {number.name}; nothing is half done\n")
    unchanged(stack, before)
