"""What the daemon says of each outcome, and how often."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import ENVIRON, Running, Start
from tests.integration.daemon.test_parallel import count
from tests.integration.updates import ROUNDED_S
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import answer
from tests.testbed.images import Options
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

Event = dict[str, Any]
BROKEN: Options = {"cmd": "echo I am broken; exit 3"}


def test_an_update_is_one_line_with_images_digest_and_the_time_of_each_stage(
    daemon: Running, stack: Stack
) -> None:
    web = labelled(stack)

    new = move(stack, web)
    line = daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    assert daemon.said("container updated", container=web.name) == [line]
    assert (line["level"], line["image"], line["old"], line["new"]) == (
        "info",
        web.image,
        web.old[7:19],
        new[7:19],
    )
    assert "digest" in line
    stages = ("create", "stop", "set_aside", "take_name", "start", "prove", "remove")
    seconds = [line[f"{stage}_s"] for stage in stages]
    assert 0 < sum(seconds) <= line["took_s"] + ROUNDED_S
    assert line["prove_s"] >= 0.3


def test_a_line_is_one_json_object_with_level_and_time_in_utc(daemon: Running, stack: Stack) -> None:
    web = labelled(stack)
    move(stack, web)

    line = daemon.wait("container updated", container=web.name)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


def test_nothing_goes_to_standard_output(start: Start, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)
    daemon = start()
    daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0

    assert daemon.process.stdout
    assert daemon.process.stdout.read() == ""


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_secret_is_in_the_log_at_any_level(start: Start, cli: Commands, stack: Stack, level: str) -> None:
    """Of containers that are updated, that fail and that are refused; nor credentials."""
    secret = ("-e", "PASSWORD=hunter2", "-e", "TOKEN=s3cr3t")
    (cli.home / ".docker").mkdir()
    auths = {"auths": {"127.0.0.1:1": {"auth": "dXNlcjpodW50ZXIy"}}}
    (cli.home / ".docker/config.json").write_text(json.dumps(auths))
    good = outdated(stack, *LOCAL, *secret)
    bad = outdated(stack, *LOCAL, *PATIENT, *secret, name="bad", new=BROKEN)
    swarm = outdated(stack, *LOCAL, *secret, "--label", "com.docker.swarm.task.id=x", name="swarm")

    daemon = start("--log-level", level)
    daemon.wait("container updated", container=good.name)
    daemon.wait("update rolled back", container=bad.name)
    daemon.wait("container not updated", container=swarm.name)

    assert daemon.stop() == 0
    assert [word for word in ("hunter2", "s3cr3t", "dXNlcjpodW50ZXIy") if word in str(daemon.lines)] == []


def test_a_level_keeps_lesser_lines_away(start: Start, stack: Stack) -> None:
    good, bad = outdated(stack, *LOCAL), outdated(stack, *LOCAL, *PATIENT, name="bad", new=BROKEN)
    daemon = start("--log-level", "error")

    daemon.wait("update rolled back", container=bad.name)
    stack.wait(lambda: is_replaced(stack, good))

    assert daemon.stop() == 0
    assert {line["level"] for line in daemon.lines} == {"error"}


def test_an_image_that_fails_is_one_error_and_the_old_container_runs(daemon: Running, stack: Stack) -> None:
    web = labelled(stack, *PATIENT)

    move(stack, web, **BROKEN)
    line = daemon.wait("update rolled back", container=web.name)

    assert line["level"] == "error"
    assert "ended with exit code 3" in line["why"]
    assert "I am broken" in line["why"]
    assert is_untouched(stack, web)


def test_an_image_that_failed_is_held_until_the_tag_moves(daemon: Running, stack: Stack) -> None:
    web, fence = labelled(stack, *PATIENT), labelled(stack, name="fence")
    move(stack, web, **BROKEN)
    daemon.wait("update rolled back", container=web.name)

    with stack.events() as events:
        move(stack, fence)
        daemon.wait("container updated", container=fence.name)
        stack.engine.docker("rm", "-f", fence.name)
        attempts = [
            event for event in _until_destroyed(events, fence.name) if _names(event).startswith(web.name)
        ]
    assert attempts == []

    move(stack, web, marker="mended")
    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_an_image_that_failed_is_held_across_a_restart_of_the_daemon(start: Start, stack: Stack) -> None:
    web, fence = labelled(stack, *PATIENT), labelled(stack, name="fence")
    first = start().looked()
    move(stack, web, **BROKEN)
    first.wait("update rolled back", container=web.name)
    assert first.stop() == 0

    second = start()
    held = second.wait("container held", container=web.name)
    move(stack, fence)
    second.wait("container updated", container=fence.name)

    assert "ended with exit code 3" in held["why"]
    assert second.stop() == 0
    assert len(second.about(web.name)) == 1
    assert is_untouched(stack, web)


def test_an_update_that_the_engine_refuses_is_said_once_and_tried_again(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, *LOCAL)
    proxy.arm(answer(500, "no space left on device"), match="^POST /containers/create", times=2)

    daemon = start(host=proxy.host)
    said = daemon.wait("container not updated", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert "no space left on device" in said["why"]
    assert said["again_in_s"] > 0
    assert len(daemon.said("container not updated", container=web.name)) == 1
    assert is_replaced(stack, web)


def test_an_update_that_keeps_failing_is_tried_less_and_less_often(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    """Its own events, and those of others, are no reason to try at once."""
    web, busy = outdated(stack, *LOCAL), labelled(stack, name="busy")
    create = f"/containers/create.*{web.name}"
    start_of_another = f"^POST /containers/(?!{web.cid})[^/]+/start"
    proxy.arm(answer(500, "port is already allocated"), match=start_of_another, times=1000)
    daemon = start(host=proxy.host)
    daemon.wait("update rolled back", container=web.name)

    for number in range(100):
        stack.tag(busy.image, stack.name(f"flood:{number}"))

    tried = sum(bool(re.search(create, str(call))) for call in list(proxy.calls))
    # 1 s, 2 s, 4 s ...: a hundred events take less than the eight tries' minute
    assert 1 <= tried <= 8


def test_a_failure_that_is_over_is_counted(start: Start, stack: Stack, proxy: Proxy) -> None:
    web = outdated(stack, *LOCAL)
    proxy.arm(answer(500, "not today"), match="^POST /containers/create", times=2)

    done = start(host=proxy.host).wait("container updated", container=web.name)

    assert done["failures"] == 2


def test_a_state_directory_that_cannot_be_written_is_said_once_with_what_is_lost(
    start: Start, stack: Stack
) -> None:
    web = labelled(stack)
    daemon = start(env={"CTR_UPDATER_STATE_DIR": "/proc/nowhere"})
    daemon.wait("engine followed")

    for marker in ("second", "third"):
        move(stack, web, marker=marker)
        daemon.wait("container updated", container=web.name)

    assert daemon.stop() == 0
    said = [line for line in daemon.lines if line["event"] != "daemon started"]
    assert len([line for line in said if "/proc/nowhere" in str(line)]) == 1


def test_on_a_terminal_the_log_is_for_eyes(cli: Commands, stack: Stack) -> None:
    outdated(stack, *LOCAL)

    shown = _on_a_terminal(cli)

    assert "\x1b[" in shown.out
    assert "container updated" in shown.out
    assert '{"' not in shown.out


def test_a_format_that_is_chosen_holds_on_a_terminal_too(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *LOCAL)

    shown = _on_a_terminal(cli, "--log-format", "json")

    planned, updated = map(json.loads, shown.out.splitlines())
    assert (planned["event"], planned["container"]) == ("update planned", web.name)
    assert (updated["event"], updated["container"]) == ("container updated", web.name)


def test_a_format_that_is_chosen_holds_on_a_pipe_too(once: Callable[..., Result], stack: Stack) -> None:
    web = outdated(stack, *LOCAL)

    done = once("--log-format", "console")

    assert (done.code, "container updated" in done.err, web.name in done.err) == (0, True, True)
    assert "\x1b[" not in done.err


def _on_a_terminal(cli: Commands, *arguments: str) -> Result:
    environ = {key: value for key, value in ENVIRON.items() if "FORMAT" not in key}
    return cli.terminal("watcher", "run", "--once", *arguments, env=environ)


def _names(event: Event) -> str:
    return str(event.get("Actor", {}).get("Attributes", {}).get("name", ""))


def _until_destroyed(events: Iterator[Event], name: str) -> list[Event]:
    seen: list[Event] = []
    for event in events:
        seen.append(event)
        if event.get("Action") == "destroy" and _names(event) == name:
            break
    return seen


def test_the_daemon_does_not_ask_for_it_again_until_the_tag_moves_on(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack, *LOCAL, new={"config": {"Cmd": None, "Entrypoint": None}})
    daemon = start(hurried=True, host=proxy.host)

    said = daemon.wait("container not updated", container=web.name)
    assert said["again_in_s"] is None
    daemon.wait("container held", container=web.name)

    stack.image(web.image, marker="new")
    daemon.wait("container updated", container=web.name)
    assert count(proxy, "^POST /containers/create") == 2
