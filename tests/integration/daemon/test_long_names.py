"""A container with a very long name is updated, remembered and recovered like any other.

The engine takes names of any length (20.10 to 28.5); a file system takes 255 bytes, and a temporary name is
longer than the name that it is made of.
"""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from tests.integration.apps import QUICK, App
from tests.integration.daemon.apps import LOCAL, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_outcomes import BROKEN
from tests.integration.daemon.test_parallel import count
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import run
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

LONG = [pytest.param("w" * length, id=str(length)) for length in (245, 4000)]
NOWHERE = {"CTR_UPDATER_STATE_DIR": "/proc/nowhere"}


def long_named(stack: Stack, name: str, *, is_broken: bool = False) -> App:
    """A followed container with this name whose tag has moved; its image has a short one."""
    image = stack.name("long-app:1")
    old = stack.image(image, marker="old")
    options = (*LOCAL, *PATIENT) if is_broken else LOCAL
    app = App(stack.name(name), stack.run(image, *options, name=stack.name(name)), image, old)
    move(stack, app, **(BROKEN if is_broken else {}))
    return app


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("env", [{}, NOWHERE], ids=["kept", "nowhere to keep"])
def test_an_image_that_dies_is_tried_once(
    start: Start, stack: Stack, proxy: Proxy, name: str, env: dict[str, str]
) -> None:
    web, fence = long_named(stack, name, is_broken=True), labelled(stack, name="fence")
    daemon = start("--interval", "1s", host=proxy.host, env=env)
    daemon.wait("update rolled back", container=web.name)

    for marker in ("second", "third"):
        move(stack, fence, marker=marker)
        daemon.wait("container updated", container=fence.name)

    assert count(proxy, f"/containers/create.*{web.name}") == 1
    assert is_untouched(stack, web)
    assert daemon.stop() == 0


@pytest.mark.parametrize("name", LONG)
def test_what_failed_is_held_by_the_next_process_too(
    cli: Commands, once: Callable[..., Result], stack: Stack, proxy: Proxy, name: str
) -> None:
    web = long_named(stack, name, is_broken=True)
    first = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    second = once(host=proxy.host)

    assert (first.code, second.code) == (6, 0)
    assert "container held" in second.err
    assert "remember" not in first.err + second.err
    assert proxy.changes == []
    assert is_untouched(stack, web)


@pytest.mark.parametrize("number", range(1, 7))
def test_an_update_that_was_cut_short_is_settled(
    cli: Commands, once: Callable[..., Result], stack: Stack, proxy: Proxy, number: int
) -> None:
    web = long_named(stack, "w" * 245)
    updating = Future[subprocess.Popen[str]]()
    armed = proxy.arm(run(lambda: updating.result().kill()), n=number)
    command = ("watcher", "update", "--no-pull", web.name)
    updating.set_result(cli.start(*command, env=QUICK | {"DOCKER_HOST": proxy.host}))
    assert armed.fired.wait(60)
    updating.result().wait()

    assert once().code == 0
    assert is_replaced(stack, web)


@pytest.mark.parametrize("name", LONG)
def test_all_commands_know_it_and_what_an_update_notes_is_kept(
    cli: Commands, stack: Stack, name: str
) -> None:
    web = long_named(stack, name)

    asked = cli("watcher", "check", web.name)
    listed = cli("watcher", "list", "--no-trunc")
    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert (asked.code, listed.code, done.code) == (1, 0, 0)
    assert [trouble for trouble in ("be remembered", "be noted") if trouble in done.err] == []
    assert web.name in listed.out
    assert is_replaced(stack, web)
