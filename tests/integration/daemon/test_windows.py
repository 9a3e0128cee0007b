"""Updates begin while their window is open and nothing is frozen; the daemon wakes when that comes."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.integration.apps import App, outdated
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Running, Start
from tests.testbed.cli import Commands, Result
from tests.testbed.faults import Hold, answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

HOUR, DAY = 3600, 86400
REFUSED = answer(500, "no space left on device")


def shown(seconds: float) -> str:
    """What the clock on the wall shows in so many seconds."""
    return f"{datetime.fromtimestamp(time.time() + seconds).astimezone():%H:%M}"


def days(begin: int, end: int) -> str:
    """A freeze from and to a day that is so many days from now."""
    today = datetime.now().astimezone().date()
    return f"{today + timedelta(begin)}..{today + timedelta(end)}"


def windowed(stack: Stack, begin: float, end: float) -> App:
    """A stale container whose window is open each day from and to so many seconds from now."""
    return outdated(stack, *LOCAL, "--label", f"ctr-updater.window={shown(begin)}-{shown(end)}")


def window_of(stack: Stack, web: App) -> str:
    """The window that the label of a container says; a minute may have passed since that was written."""
    return str(stack.inspect(web.name)["Config"]["Labels"]["ctr-updater.window"])


def test_the_daemon_wakes_when_a_window_opens(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None]
) -> None:
    web = windowed(stack, HOUR, 3 * HOUR)
    daemon = follow()
    line = daemon.wait("update waits for its window", container=web.name)
    window = window_of(stack, web)
    assert line["why"].startswith(f"its window is {window}, opens in ")
    assert datetime.fromisoformat(line["due"]).strftime("%H:%M") == window.partition("-")[0]

    clock(2 * HOUR)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_what_was_slept_over_begins_when_it_opens_again(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None]
) -> None:
    web, fence = windowed(stack, HOUR, 2 * HOUR), labelled(stack, name="fence")
    daemon = follow()
    daemon.wait("update waits for its window", container=web.name)

    clock(5 * HOUR)
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)
    assert is_untouched(stack, web)
    clock(DAY + 1.5 * HOUR)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_what_the_engine_refused_is_tried_all_window_long(start: Start, stack: Stack, proxy: Proxy) -> None:
    """It opened long ago: no grace counts."""
    web = windowed(stack, -5 * HOUR, HOUR)
    refused = proxy.arm(REFUSED, match=f"/containers/create.*{web.name}")
    daemon = start("--schedule-grace", "0", host=proxy.host)

    daemon.wait("container not updated", container=web.name)
    daemon.wait("container updated", container=web.name)

    assert (refused.fired.is_set(), is_replaced(stack, web)) == (True, True)


def test_an_update_that_waited_for_its_turn_until_its_window_closed_does_not_begin(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None], proxy: Proxy
) -> None:
    db = outdated(stack, *LOCAL, name="db")
    on = ("--label", f"ctr-updater.depends-on={db.name}")
    web = outdated(stack, *LOCAL, *on, "--label", f"ctr-updater.window={shown(-HOUR)}-{shown(HOUR)}")
    hold = Hold()
    proxy.arm(hold, match=f"/containers/{db.cid}/stop")
    daemon = follow(host=proxy.host)
    assert hold.reached.wait(60)

    clock(2 * HOUR)
    hold.release()
    daemon.wait("container updated", container=db.name)
    daemon.wait("update waits for its window", container=web.name)

    assert is_untouched(stack, web)


def test_an_update_that_waited_for_a_slot_until_its_window_closed_does_not_begin(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None], proxy: Proxy
) -> None:
    db = outdated(stack, *LOCAL, name="db")
    web = labelled(stack, "--label", f"ctr-updater.window={shown(-HOUR)}-{shown(HOUR)}")
    hold = Hold()
    proxy.arm(hold, match=f"/containers/{db.cid}/stop")
    daemon = follow("--concurrency", "1", host=proxy.host)
    assert hold.reached.wait(60)
    move(stack, web)

    clock(2 * HOUR)
    hold.release()
    daemon.wait("container updated", container=db.name)
    daemon.wait("update waits for its window", container=web.name)

    assert is_untouched(stack, web)


def test_nothing_begins_in_a_freeze_until_it_is_over(
    follow: Callable[..., Running], stack: Stack, clock: Callable[[float], None]
) -> None:
    web = outdated(stack, *LOCAL)
    freeze = days(0, 1)
    daemon = follow("--freeze", freeze)
    line = daemon.wait("update waits for the end of a freeze", container=web.name)
    last = date.fromisoformat(freeze.partition("..")[2])
    assert datetime.fromisoformat(line["due"]).date() == last + timedelta(1)

    clock(2 * DAY)
    daemon.wait("container updated", container=web.name)

    assert is_replaced(stack, web)


def test_a_person_updates_in_a_freeze_and_outside_a_window_all_the_same(cli: Commands, stack: Stack) -> None:
    web = windowed(stack, HOUR, 2 * HOUR)
    env = {"CTR_UPDATER_FREEZE": days(0, 1), "CTR_UPDATER_STABLE_FOR": "300ms"}

    assert cli("watcher", "update", "--no-pull", web.name, env=env).code == 0
    assert is_replaced(stack, web)


def test_one_pass_leaves_alone_what_may_not_begin(once: Callable[..., Result], stack: Stack) -> None:
    web = windowed(stack, HOUR, 2 * HOUR)

    done = once()

    assert (done.code, '"update waits for its window"' in done.err) == (0, True)
    assert is_untouched(stack, web)


def test_the_list_tells_how_long_and_json_the_moment(cli: Commands, stack: Stack) -> None:
    web = windowed(stack, HOUR, 2 * HOUR)
    freezes = days(0, 1)
    env = {"CTR_UPDATER_FREEZE": freezes}

    (row,) = json.loads(cli("watcher", "list", "--json", env=env).out)
    (_, line) = cli("watcher", "list").out.splitlines()

    freeze, window = row["waits"]
    until = [datetime.fromisoformat(each["until"]) for each in (freeze, window)]
    assert (freeze["for"], freeze["why"]) == ("freeze", f"updates are frozen ({freezes})")
    assert (window["for"], window["why"]) == ("window", f"its window is {window_of(stack, web)}")
    assert [each.tzinfo for each in until] == [UTC, UTC]
    assert until[0].astimezone().strftime("%H:%M") == "00:00"
    assert until[1] >= until[0]
    assert f": {window['why']}, opens in " in line
    assert web.name in line


@pytest.mark.parametrize(
    ("variable", "value", "right"),
    [
        ("CTR_UPDATER_FREEZE", "Christmas", "days such as 2026-12-20..2027-01-06"),
        ("CTR_UPDATER_WINDOW", "Sa 02:00-05:00", "spans such as Sat,Sun 02:00-05:00"),
    ],
)
def test_a_freeze_or_a_window_that_cannot_be_read_is_refused_at_the_start(
    once: Callable[..., Result], stack: Stack, variable: str, value: str, right: str
) -> None:
    web = outdated(stack, *LOCAL)

    done = once(env={variable: value})

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"{variable}={value!r} cannot be read - it takes {right}")
    assert is_untouched(stack, web)


def test_a_window_beside_a_schedule_is_said_and_starts_no_update(
    once: Callable[..., Result], stack: Stack
) -> None:
    both = ("ctr-updater.window=00:00-24:00", "ctr-updater.schedule=* * * * *")
    web = outdated(stack, *LOCAL, *(option for each in both for option in ("--label", each)))

    done = once()

    assert "it takes no ctr-updater.schedule beside it: one or the other" in done.err
    assert is_untouched(stack, web)
