"""What a person sees: a pull moves on one line of a terminal and is erased; elsewhere lines are plain."""

import json
import os
import pty
import subprocess
import termios
from typing import Any

import pytest

from tests.integration.apps import (
    CRASHES,
    ENABLED,
    QUICK,
    current,
    marker_of,
    moved,
    outdated,
    published,
    short,
)
from tests.testbed.cli import Commands
from tests.testbed.faults import Fault, Hold
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

ERASE = "\r\x1b[K"


def spoken(*lines: dict[str, Any]) -> Fault:
    """Say these lines of a pull in the engine's place, so often that they outlast a redraw."""
    body = "".join(json.dumps(line) + "\r\n" for line in lines).encode() * 50_000
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    return lambda _: head + body


def test_on_a_terminal_a_pull_moves_on_one_line_and_is_erased(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)

    done = cli.terminal("ctr-updater", "--pull", web.name)

    assert done.code == 1
    moving, _, rest = done.out.rpartition(ERASE)
    assert moving.startswith(f"{ERASE}pulling {web.image}: ")
    assert "\n" not in moving
    assert rest == f"{web.name}: update available: {_moved(stack, web.image, web.old)}\n"


def test_on_a_terminal_layers_and_bytes_are_counted(cli: Commands, stack: Stack, proxy: Proxy) -> None:
    web = current(stack)
    layer = {
        "status": "Downloading",
        "id": "aaa",
        "progressDetail": {"current": 1_500_000, "total": 4_000_000},
    }
    proxy.arm(spoken(layer), match="^POST /images/create")

    done = cli.terminal("ctr-updater", "--pull", web.name, env={"DOCKER_HOST": proxy.host})

    assert f"{ERASE}pulling {web.image}: 0 of 1 layers, 1.5 of 4.0 MB" in done.out


def test_on_a_terminal_unpacking_is_told_and_a_long_name_gives_way_to_the_numbers(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = current(stack, name="w" * 90)
    detail = {"current": 1_000_000, "total": 4_000_000}
    lines = [
        {"status": status, "id": "aaa", "progressDetail": detail} for status in ("Downloading", "Extracting")
    ]
    proxy.arm(spoken(*lines), match="^POST /images/create")

    done = cli.terminal("ctr-updater", "--pull", web.name, env={"DOCKER_HOST": proxy.host})

    numbers = "0 of 1 layers, 4.0 of 4.0 MB, unpacking 1.0 of 4.0 MB"
    drawn = [line for line in done.out.split(ERASE) if line.endswith(f"-app:1: {numbers}")]
    assert drawn
    assert all(line.startswith("pulling …w") and len(line) == 79 for line in drawn)


def test_a_line_wider_than_the_terminal_is_erased_all_the_same(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    """A line that wraps is two; only the second of them would be drawn over."""
    web = current(stack, name="w" * 90)
    proxy.arm(spoken({"status": "Downloading", "id": "aaa"}), match="^POST /images/create")

    done = cli.terminal("ctr-updater", "--pull", web.name, env={"DOCKER_HOST": proxy.host})

    drawn = [line for line in done.out.split(ERASE) if line.startswith("pulling")]
    assert drawn
    assert all(len(line) < 80 for line in drawn)


def test_elsewhere_a_pull_is_one_plain_line(cli: Commands, stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry)

    done = cli("ctr-updater", "--pull", web.name)

    assert done.err == (
        f"pulling {web.image}\n{web.name}: update available: {_moved(stack, web.image, web.old)}\n"
    )
    assert done.out == ""


@pytest.mark.parametrize("command", [("ctr-updater", "--pull", "--autoupdate"), ("watcher", "update")])
def test_no_control_character_reaches_what_is_no_terminal(
    cli: Commands, stack: Stack, registry: PrivateRegistry, command: tuple[str, ...]
) -> None:
    web = published(stack, registry)

    done = cli(*command, web.name, env=QUICK)

    assert done.code == 0
    assert all(letter == "\n" or letter.isprintable() for letter in done.out + done.err)


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_the_list_fits_a_terminal_and_names_the_image_once(cli: Commands, stack: Stack, columns: int) -> None:
    web = outdated(stack, *ENABLED, name="a-service-with-quite-a-long-name-1")

    rows = cli.terminal("watcher", "list", columns=columns).out.splitlines()

    assert max(map(len, rows)) <= columns
    assert "update available: " in rows[1]
    assert ("it was " in rows[1]) == (columns > 80)
    assert rows[1].count("app:1") == 1
    assert ("…" in rows[1], web.name in rows[1]) == (columns < 200, columns == 200)


@pytest.mark.parametrize("how", ["pipe", "--no-trunc"])
def test_without_a_terminal_and_where_it_is_asked_for_nothing_is_cut(
    cli: Commands, stack: Stack, how: str
) -> None:
    web = outdated(stack, *ENABLED, name="a-service-with-quite-a-long-name-1")

    done = cli("watcher", "list") if how == "pipe" else cli.terminal("watcher", "list", how)

    assert done.out.splitlines()[1].split(maxsplit=4) == [
        *(web.name, web.image, "running", "update"),
        f"update available: {moved(stack, web)}",
    ]


def test_on_a_terminal_an_update_says_what_it_waits_for(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)

    done = cli.terminal("watcher", "update", "--no-pull", web.name, env={"CTR_UPDATER_STABLE_FOR": "2s"})

    *drawn, rest = done.out.split(ERASE)
    seen = list(dict.fromkeys(line.partition(",")[0] for line in drawn if line))
    assert seen[0] == f"{web.name}: creating its successor"
    assert [f"{web.name}: proving, {second} of 2 s" in drawn for second in (0, 1)] == [True, True]
    assert f"{web.name}: stopping, 0 of 10 s" in drawn
    assert rest.startswith(f"{web.name}: updated: ")


def test_on_a_terminal_an_update_that_was_left_open_is_said_to_be_settled(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web, hold = outdated(stack), Hold()
    proxy.arm(hold, match="/start", when="after")
    killed = cli.start("watcher", "update", "--no-pull", web.name, env={"DOCKER_HOST": proxy.host})
    assert hold.reached.wait(60)
    killed.kill()
    killed.wait()
    hold.release()

    done = cli.terminal("watcher", "update", "--no-pull", web.name, env=QUICK)

    assert done.code == 0
    *drawn, rest = done.out.split(ERASE)
    assert f"{web.name}: settling an update that was left open, 0 s" in drawn
    assert rest == f"{web.name}: up to date: {web.image} is {short(stack.image_id(web.image))}\n"


def test_on_a_terminal_the_way_back_is_said_too(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, new={"cmd": "exit 3"})

    done = cli.terminal("watcher", "update", "--no-pull", web.name, env=CRASHES)

    assert f"{ERASE}{web.name}: going back, 0 s" in done.out
    assert done.out.rpartition(ERASE)[2].startswith(f"{web.name} could not be updated: ")


def test_on_a_terminal_that_draws_nothing_again_lines_are_plain(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *ENABLED)

    update = cli.terminal("watcher", "update", web.name, env=QUICK | {"TERM": "dumb"})
    rows = cli.terminal("watcher", "list", env={"TERM": "dumb"}).out.splitlines()

    assert update.out.splitlines()[0] == f"pulling {web.image}"
    assert all(letter == "\n" or letter.isprintable() for letter in update.out)
    assert max(map(len, rows)) <= 80


def test_json_is_indented_for_people_and_on_one_line_for_programs(cli: Commands, stack: Stack) -> None:
    web = current(stack)

    shown, piped = (
        cli.terminal("watcher", "check", "--json", web.name),
        cli("watcher", "check", "--json", web.name),
    )

    assert json.loads(shown.out) == json.loads(piped.out)
    assert shown.out.startswith('{\n  "')
    assert piped.out.count("\n") == 1


def _moved(stack: Stack, image: str, old: str) -> str:
    short_old, short_new = (
        old.removeprefix("sha256:")[:12],
        stack.image_id(image).removeprefix("sha256:")[:12],
    )
    return f"{image} was {short_old}, is {short_new}"


def test_an_update_goes_on_while_its_terminal_is_stopped(cli: Commands, stack: Stack) -> None:
    """Ctrl-S in the middle would leave a container down for as long as nobody types Ctrl-Q."""
    web = outdated(stack)
    leader, follower = pty.openpty()
    termios.tcflow(follower, termios.TCOOFF)

    process = cli.start(
        *("watcher", "update", "--no-pull", web.name),
        env={"TERM": "xterm"} | QUICK,
        stdout=subprocess.DEVNULL,
        stderr=follower,
    )

    assert process.wait(timeout=120) == 0
    assert marker_of(stack, web.name) == "new"
    os.close(follower)
    os.close(leader)
