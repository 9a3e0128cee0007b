"""With `--watchtower` and `--hooks` Watchtower's lifecycle labels run, as it runs them."""

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.daemon.apps import is_replaced, is_untouched
from tests.integration.hooks import LOG, logged
from tests.integration.updates import UPDATE, kill
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack
from watcher.model.watchtower import PREFIX

pytestmark = pytest.mark.scenario


def hooked(stack: Stack, **commands: str) -> App:
    """A container with an update, a volume, and lifecycle labels."""
    labels = {"enable": "true", "no-pull": "true"}
    labels |= {f"lifecycle.{name.replace('_', '-')}": text for name, text in commands.items()}
    options = [part for name, text in labels.items() for part in ("--label", f"{PREFIX}{name}={text}")]
    return outdated(stack, "-v", f"{stack.name('data')}:/data", *options)


@pytest.mark.every_engine
def test_they_run_in_the_old_one_and_in_its_successor(once: Callable[..., Result], stack: Stack) -> None:
    web = hooked(stack, pre_update=LOG.format("before"), post_update=f"{LOG.format('after')}; exit 3")

    done = once("--watchtower", "--hooks")

    new = stack.inspect(web.name)["Id"]
    assert (done.code, is_replaced(stack, web)) == (0, True), done.err
    assert logged(stack, web.name) == [f"before {web.cid[:12]}", f"after {new[:12]}"]
    assert "ended with code 3" in done.err


@pytest.mark.parametrize(("code", "ends"), [(75, 0), (3, 6)])
def test_one_that_fails_before_or_says_not_now_leaves_the_old_one(
    once: Callable[..., Result], stack: Stack, code: int, ends: int
) -> None:
    web = hooked(stack, pre_update=f"exit {code}")

    done = once("--watchtower", "--hooks")

    assert done.code == ends, done.err
    assert is_untouched(stack, web)


def test_whoever_ends_an_update_that_was_cut_short_runs_it_too(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = hooked(stack, post_update=LOG.format("after"))
    updating: Future[subprocess.Popen[str]] = Future()
    env = QUICK | {"CTR_UPDATER_WATCHTOWER": "true", "CTR_UPDATER_HOOKS": "true"}
    proxy.arm(run(lambda: kill(updating.result())), match="^POST .*/exec")
    updating.set_result(cli.start(*UPDATE, web.name, env=env | {"DOCKER_HOST": proxy.host}))
    updating.result().wait()

    done = cli(*UPDATE, web.name, env=env)

    assert (done.code, is_replaced(stack, web)) == (0, True), done.err
    assert logged(stack, web.name) == [f"after {stack.inspect(web.name)['Id'][:12]}"]


def test_without_the_setting_they_do_not_run_and_that_is_said_by_their_own_name(
    once: Callable[..., Result], stack: Stack
) -> None:
    web = hooked(stack, pre_update="exit 75", pre_check="x")

    done = once("--watchtower")

    assert (done.code, is_replaced(stack, web)) == (0, True)
    assert f"hooks do not run, so {PREFIX}lifecycle.pre-update has no effect" in done.err
    assert f"have no counterpart here: '{PREFIX}lifecycle.pre-check'" in done.err


def test_a_limit_that_cannot_be_read_starts_no_update_and_is_said(cli: Commands, stack: Stack) -> None:
    web = hooked(stack, pre_update="exit 0", pre_update_timeout="2m")

    env = {"CTR_UPDATER_WATCHTOWER": "true", "CTR_UPDATER_HOOKS": "true"}
    listed = cli("watcher", "list", "--json", env=env)

    (row,) = json.loads(listed.out)
    assert (row["name"], row["verdict"]) == (web.name, "unknown")
    assert f"{PREFIX}lifecycle.pre-update-timeout='2m' cannot be read" in row["reason"]
