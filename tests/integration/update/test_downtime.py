"""How long containers were down, and what each stage took, is what the engine's events tell of it."""

import json
import time
from typing import Any

import pytest

from tests.integration.apps import QUICK, App, current, outdated
from tests.integration.update.test_history import rows
from tests.integration.updates import ROUNDED_S, UPDATE
from tests.testbed.cli import Commands
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine

# A process 1 that ignores SIGTERM: it serves until it is killed.
SLOW: dict[str, Any] = {"cmd": "sleep 1000"}
IN_3_S = ("--stop-timeout", "3")


class Told:
    """What the engine told of some containers since a moment, in seconds since the epoch."""

    def __init__(self, stack: Stack, since: float, *names: str) -> None:
        until = f"{time.time():.6f}"
        asked = ("--since", f"{since:.6f}", "--until", until, "--format", "{{json .}}")
        lines = stack.engine.docker("events", "--filter", "type=container", *asked).splitlines()
        events = [json.loads(line) for line in lines]
        # A successor, and an old container that was set aside, are told of by names that begin or end so.
        self._events = [
            each for each in events if any(name in each["Actor"]["Attributes"]["name"] for name in names)
        ]

    def first(self, action: str) -> float:
        return min(self._of(action))

    def last(self, action: str) -> float:
        return max(self._of(action))

    def _of(self, action: str) -> list[float]:
        return [each["timeNano"] / 1e9 for each in self._events if each["Action"] == action]


def update(cli: Commands, stack: Stack, web: App, *others: str, code: int = 0) -> tuple[dict[str, Any], Told]:
    """Update it; its row, and what the engine told."""
    since = time.time()
    assert cli(*UPDATE, web.name, env=QUICK).code == code
    return rows(cli, web.name)[0], Told(stack, since, web.name, *others)


def is_nearer(measured: float, right: float, wrong: float) -> bool:
    """Whether what was measured is the one, and not the other, which the engine's clock told."""
    return abs(measured - right) < abs(measured - wrong)


@pytest.mark.parametrize("options", [(), ("--rm",)], ids=["kept", "--rm"])
def test_an_update_is_down_from_the_end_of_the_old_one_to_the_start_of_the_new(
    cli: Commands, stack: Stack, options: tuple[str, ...]
) -> None:
    web = outdated(stack, *IN_3_S, *options, **SLOW)

    row, told = update(cli, stack, web)

    end, start = told.first("die"), told.last("start")
    assert is_nearer(row["down_s"], start - end, start - told.first("kill"))
    assert row["stages"]["stop"] + ROUNDED_S >= end - told.first("kill")
    assert sum(row["stages"].values()) <= row["took_s"] + ROUNDED_S


def test_one_that_is_undone_is_down_until_the_old_one_is_started_again(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *IN_3_S, **SLOW, new={"cmd": "sleep 1; exit 3"})
    since = time.time()

    done = cli(*UPDATE, web.name, env=QUICK | {"CTR_UPDATER_STABLE_FOR": "60s"})

    row, told = rows(cli, web.name)[0], Told(stack, since, web.name)
    assert (done.code, row["outcome"]) == (6, "rolled back")
    end, start = told.first("die"), told.last("start")
    assert is_nearer(row["down_s"], start - end, start - told.first("kill"))
    assert row["down_s"] > told.last("die") - end


def test_of_joined_containers_it_is_from_the_first_end_to_the_last_start(cli: Commands, stack: Stack) -> None:
    web = outdated(stack, *IN_3_S, **SLOW)
    side = current(stack, "--network", f"container:{web.name}", name="side")

    row, told = update(cli, stack, web, side.name)

    assert row["along"] == [side.name]
    end, start = told.first("die"), told.last("start")
    assert is_nearer(row["down_s"], start - end, start - told.last("die"))
    assert row["down_s"] > row["stages"]["stop"]  # side waits for web, which takes its time


def test_where_the_engine_refuses_the_stop_nothing_was_down(
    cli: Commands, stack: Stack, proxy: Proxy
) -> None:
    web = outdated(stack)
    proxy.arm(answer(500), match="^POST .*/stop", times=99)

    cli(*UPDATE, web.name, env=QUICK | {"DOCKER_HOST": proxy.host})

    row = rows(cli, web.name)[0]
    assert (row["outcome"], row["down_s"]) == ("failed", None)
