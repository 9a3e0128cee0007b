"""While its veto file is there a container is left alone; where nobody can tell, it is not updated."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Hold, cut, wordless
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

ENDS = "trap exit TERM; sleep 100000 & wait"


def busy(stack: Stack, *options: object, path: str = "/busy", name: str = "web") -> App:
    """A stale container with a veto file, which is not there yet."""
    label = f"ctr-updater.veto-file={path}"
    return outdated(stack, *LOCAL, "--label", label, *options, name=name, cmd=ENDS)


def sh(stack: Stack, app: App, command: str) -> None:
    stack.engine.docker("exec", app.name, "sh", "-c", command)


def waits(cli: Commands, app: App, **env: str) -> list[dict[str, Any]]:
    rows = json.loads(cli("watcher", "list", "--json", env=env).out)
    found: list[dict[str, Any]] = next(row for row in rows if row["name"] == app.name)["waits"]
    return found


def test_the_daemon_leaves_it_alone_until_the_file_is_gone(start: Start, stack: Stack, cli: Commands) -> None:
    web = busy(stack)
    sh(stack, web, "touch /busy")
    daemon = start()
    line = daemon.wait("update vetoed", container=web.name)
    assert line["why"] == "its veto file /busy is there"
    assert waits(cli, web) == [{"for": "veto", "until": None, "why": "its veto file /busy is there"}]
    assert "; waits: its veto file /busy is there\n" in cli("watcher", "list").out
    assert is_untouched(stack, web)

    sh(stack, web, "rm /busy")
    stack.engine.docker("restart", "-t", "0", web.name)  # an event, so that it looks again
    done = daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)
    assert done["failures"] == 0  # to wait is not to fail


def test_one_that_is_not_there_is_no_wait(once: Callable[..., Result], stack: Stack, cli: Commands) -> None:
    web = busy(stack, path="/data/sub/busy")
    assert waits(cli, web) == []

    assert once().code == 0

    assert is_replaced(stack, web)


def test_a_person_is_refused_unless_again_is_said(cli: Commands, stack: Stack) -> None:
    web = busy(stack)
    sh(stack, web, "touch /busy")

    planned = cli("watcher", "update", "--dry-run", web.name)
    refused = cli("watcher", "update", "--no-pull", web.name, env=QUICK)
    assert (planned.code, refused.code) == (7, 7)
    assert refused.err == (
        f"{web.name} is not updated: its veto file /busy is there - "
        f"`watcher update --again {web.name}` updates it all the same\n"
    )
    assert is_untouched(stack, web)

    assert cli("watcher", "update", "--again", "--no-pull", web.name, env=QUICK).code == 0
    assert is_replaced(stack, web)


@pytest.mark.parametrize(
    "volume", [("-v", "{volume}:/data"), ("--tmpfs", "/data", "-v", "{volume}:/data/in")]
)
def test_a_file_on_a_volume_counts_also_of_a_container_that_is_stopped(
    once: Callable[..., Result], stack: Stack, volume: tuple[str, ...]
) -> None:
    options = [each.format(volume=stack.name("volume")) for each in volume]
    folder = options[-1].partition(":")[2]
    web = busy(stack, *options, path=f"{folder}/busy")
    sh(stack, web, f"touch {folder}/busy")
    stack.engine.docker("stop", "-t", "0", web.name)

    done = once()

    assert (done.code, '"update vetoed"' in done.err) == (0, True)
    assert stack.inspect(web.name)["Id"] == web.cid


@pytest.mark.parametrize(
    ("options", "path", "on"),
    [
        (("--tmpfs", "/run"), "/run/busy", "/run"),
        (("--mount", "type=tmpfs,destination=/run"), "/run/a/busy", "/run"),
        ((), "/dev/shm/busy", "/dev"),  # noqa: S108 - in the container
        (("--tmpfs", "/run"), "/link/busy", "/run"),
    ],
    ids=["tmpfs", "mount", "dev", "link"],
)
def test_a_path_on_a_tmpfs_is_said_and_never_taken_for_a_file_that_is_not_there(
    once: Callable[..., Result], stack: Stack, cli: Commands, options: tuple[str, ...], path: str, on: str
) -> None:
    web = busy(stack, *options, path=path)
    sh(stack, web, "ln -s /run /link")
    said = (
        f"ctr-updater.veto-file='{path}' cannot be read - it takes an absolute path into which the engine "
        f"can look, and {on} is a tmpfs: use a volume"
    )

    done = once()

    assert (done.code, said in done.err) == (2, True)
    (wait,) = waits(cli, web)
    assert (wait["for"], wait["why"]) == ("veto", said)
    assert cli("watcher", "update", "--no-pull", web.name).err == f"{said}\n"
    assert is_untouched(stack, web)


def test_a_path_that_is_not_absolute_is_said(once: Callable[..., Result], stack: Stack) -> None:
    path = "data/busy"
    web = busy(stack, path=path)

    done = once()

    assert f"ctr-updater.veto-file='{path}' cannot be read - it takes an absolute path such as" in done.err
    assert (done.code, is_untouched(stack, web)) == (2, True)


def test_what_the_engine_does_not_tell_is_unknown_and_tried_again(
    start: Start, stack: Stack, proxy: Proxy, cli: Commands
) -> None:
    web = busy(stack)
    proxy.arm(wordless(500), match="^HEAD .*archive", times=2)

    (wait,) = waits(cli, web, DOCKER_HOST=proxy.host)
    assert wait["for"] == "veto"
    assert wait["why"].startswith(f"{web.name}: whether its veto file /busy is there cannot be told: ")
    daemon = start(host=proxy.host)
    line = daemon.wait("container not updated", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert line["why"].startswith(wait["why"].partition(" cannot look")[0])
    assert line["again_in_s"] > 0


def test_what_stands_where_a_directory_would_be_is_unknown_too(cli: Commands, stack: Stack) -> None:
    web = busy(stack, path="/data/busy")
    sh(stack, web, "touch /data")

    done = cli("watcher", "update", "--no-pull", web.name)

    assert (done.code, done.err.count("\n")) == (4, 1)
    assert done.err.startswith(f"{web.name}: whether its veto file /data/busy is there cannot be told: ")
    assert is_untouched(stack, web)


def test_it_is_read_once_more_right_before_the_update_begins(
    follow: Callable[..., Running], stack: Stack, proxy: Proxy
) -> None:
    """It comes while the container waits for the only slot."""
    db = outdated(stack, *LOCAL, name="db")
    hold = Hold()
    proxy.arm(hold, match=f"/containers/{db.cid}/stop")
    daemon = follow("--concurrency", "1", host=proxy.host)
    assert hold.reached.wait(60)
    looked = Hold()
    proxy.arm(looked, match="^HEAD .*archive", when="after")
    web = busy(stack)
    assert looked.reached.wait(60)
    looked.release()
    sh(stack, web, "touch /busy")
    hold.release()

    daemon.wait("container updated", container=db.name)
    daemon.wait("update vetoed", container=web.name)

    assert is_untouched(stack, web)


def test_who_is_replaced_with_it_has_a_veto_too(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *LOCAL)
    side = busy(stack, "--network", f"container:{web.name}", name="side")
    sh(stack, side, "touch /busy")

    done = once()

    assert f"{side.name}: its veto file /busy is there" in done.err
    assert (is_untouched(stack, web), is_untouched(stack, side)) == (True, True)


def test_an_engine_that_goes_away_at_the_question_loses_nothing(
    once: Callable[..., Result], stack: Stack, proxy: Proxy
) -> None:
    web = busy(stack)
    proxy.arm(cut, match="^HEAD .*archive", times=1000)

    done = once(host=proxy.host)

    assert (done.code, "Traceback" in done.err) == (4, False)
    assert is_untouched(stack, web)
