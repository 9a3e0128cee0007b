"""What a prune in the middle of an update takes with it, and what a person removes, which stays removed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.apps import CRASHES, QUICK, App, outdated
from tests.integration.updates import UPDATE, kill, replaced
from tests.testbed.cli import Commands
from tests.testbed.faults import passing, run
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

START = "^POST .*/start"


def removed(stack: Stack) -> None:
    """Remove what there is, as a person does."""
    stack.engine.docker("rm", "-f", *stack.containers())


def pruned(stack: Stack, what: str = "container") -> None:
    stack.engine.docker(what, "prune", "-f")


def killed_at_start(cli: Commands, proxy: Proxy, web: App) -> None:
    """Kill an update before it starts the successor: neither container runs then."""
    process = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    proxy.arm(run(lambda: kill(process)), match=START)
    assert process.wait(60)


def notes(cli: Commands) -> list[Path]:
    return [*(cli.state / "open").rglob("*.json")]


def test_what_a_person_removes_in_the_middle_stays_removed_and_the_line_says_so(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(run(lambda: removed(stack), then=passing), match=START)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"{web.name} was removed by somebody else" in done.err
    assert stack.containers() == {}
    assert notes(cli) == []


def test_what_a_person_removed_after_the_updater_was_killed_stays_removed(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    removed(stack)

    done = cli(*UPDATE, web.name, env=QUICK)

    assert (done.code, done.err.count("\n")) == (3, 1)
    assert stack.containers() == {}
    assert notes(cli) == []


def test_where_the_engine_has_forgotten_who_removed_it_it_is_made_anew_and_that_is_said(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    pruned(stack)
    stack.engine.restart()

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    assert "the engine has forgotten how (where that was meant, remove it once more)" in done.err
    replaced(stack, web)
    assert notes(cli) == []


def test_a_note_of_long_ago_is_cleared_away(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    pruned(stack)
    stack.engine.restart()
    (path,) = notes(cli)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"since": 1e9}))

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 3
    assert stack.containers() == {}
    assert notes(cli) == []


def test_a_note_whose_container_is_somebody_elses_now_is_cleared_away(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    killed_at_start(cli, proxy, web)
    pruned(stack)
    theirs = stack.run(web.image, name=web.name)

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    assert stack.inspect(web.name)["Id"] == theirs
    assert list(stack.containers()) == [web.name]
    assert notes(cli) == []


def test_what_is_noted_is_for_its_owner_alone(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack, "-e", "PASSWORD=secret")
    killed_at_start(cli, proxy, web)

    (path,) = notes(cli)

    assert "PASSWORD=secret" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)} == {0o700}


def test_where_nothing_can_be_noted_the_update_goes_on_and_says_so(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    cli.state.mkdir()
    (cli.state / "open").write_text("in the way")

    done = cli(*UPDATE, web.name, env=QUICK)

    assert done.code == 0
    assert done.err.count("cannot be noted") == 1
    replaced(stack, web)


def test_where_nothing_can_be_noted_the_process_itself_makes_it_anew(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    cli.state.mkdir()
    (cli.state / "open").write_text("in the way")
    proxy.arm(run(lambda: pruned(stack), then=passing), match=START)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 6
    assert "it was made anew on the image that it had; it is running" in done.err
    assert stack.inspect(web.name)["Image"] == web.old


@pytest.mark.parametrize("is_killed", [False, True])
def test_one_that_removes_itself_is_made_anew(
    cli: Commands, stack: Stack, proxy: Proxy, *, is_killed: bool
) -> None:
    web = outdated(stack, "--rm", "-v", "/data")
    before = stack.inspect(web.name)
    if is_killed:
        killed_at_start(cli, proxy, web)
        pruned(stack)
    else:
        proxy.arm(run(lambda: pruned(stack), then=passing), match=START)
        assert cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host}).code == 6
        after = stack.inspect(web.name)
        assert after["Image"] == web.old
        assert after["State"]["Running"]
        assert after["HostConfig"]["AutoRemove"]

    assert cli(*UPDATE, web.name, env=QUICK).code == 0

    after = replaced(stack, web)
    assert after["HostConfig"]["AutoRemove"]
    assert [mount["Name"] for mount in after["Mounts"]] == [mount["Name"] for mount in before["Mounts"]]
    assert notes(cli) == []


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("nth", [1, 2])
def test_who_holds_on_to_it_is_made_anew_with_it(
    cli: Commands, stack: Stack, proxy: Proxy, nth: int, *, is_killed: bool
) -> None:
    """Before the start of the first, and of the one that shares its network."""
    web = outdated(stack)
    side = stack.name("side")
    stack.run(
        web.image, "--network", f"container:{web.name}", "-e", "SIDE=1", name=side, command=("sleep", "9999")
    )
    process = cli.start(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})
    at = run(lambda: kill(process)) if is_killed else run(lambda: pruned(stack), then=passing)
    proxy.arm(at, match=START, n=nth)
    err = process.communicate(timeout=240)[1]
    if is_killed:
        pruned(stack)
        done = cli(*UPDATE, web.name, env=QUICK, timeout=240)
        assert done.code == 0, done.err
    else:
        assert process.returncode == 6, err

    _shared(stack, web, side)
    assert cli(*UPDATE, web.name, env=QUICK, timeout=240).code == 0
    replaced_web = _shared(stack, web, side)
    assert replaced_web["Image"] != web.old
    assert notes(cli) == []


def _shared(stack: Stack, web: App, side: str) -> dict[str, Any]:
    assert sorted(stack.containers()) == sorted([web.name, side])
    first, second = stack.inspect(web.name), stack.inspect(side)
    assert first["State"]["Running"]
    assert second["State"]["Running"]
    assert second["HostConfig"]["NetworkMode"] == f"container:{first['Id']}"
    assert "SIDE=1" in second["Config"]["Env"]
    return first


def test_a_bad_image_is_undone_though_its_old_container_was_pruned_while_it_was_proved(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, new={"cmd": "until [ -e /go ]; do sleep 0.1; done; exit 3"})

    def prune() -> None:
        pruned(stack)
        stack.engine.docker("exec", web.name, "touch", "/go")

    seen = proxy.arm(run(prune, then=passing), match=START, when="after")

    done = cli(*UPDATE, web.name, env=CRASHES | {"DOCKER_HOST": proxy.host})

    assert seen.fired.is_set()
    assert done.code == 6
    assert "it ended with exit code 3" in done.err
    assert "it was made anew on the image that it had; it is running" in done.err
    assert list(stack.containers()) == [web.name]
    assert stack.inspect(web.name)["Image"] == web.old


def test_an_old_image_that_went_too_is_pulled_by_its_digest(
    cli: Commands, stack: Stack, proxy: Proxy, registry: PrivateRegistry
) -> None:
    reference = f"{registry.address}/{stack.name('web-app:1')}"
    old = stack.image(reference, marker="old")
    stack.engine.docker("push", reference)
    web = App(stack.name("web"), stack.run(reference, name=stack.name("web")), reference, old)
    stack.image(reference, marker="new")
    stack.engine.docker("push", reference)
    proxy.arm(run(lambda: pruned(stack, "system"), then=passing), match=START)

    done = cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    assert done.code == 6
    assert "it was made anew on the image that it had; it is running" in done.err
    assert stack.inspect(web.name)["Image"] == old
    assert cli(*UPDATE, web.name, env=QUICK).code == 0
    replaced(stack, web)


def test_the_daemon_makes_anew_what_was_pruned_while_there_was_none(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, "--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")
    killed_at_start(cli, proxy, web)
    pruned(stack)

    done = cli("watcher", "run", "--once", env=QUICK)

    assert done.code == 0
    assert "a prune removed" in done.err + done.out
    replaced(stack, web)
    assert notes(cli) == []
