"""What a person decides of containers, written by a process of its own into the state directory."""

import asyncio
import time
from pathlib import Path

from tests.testbed.cli import Commands
from tests.testbed.stack import Stack
from watcher.store.decisions import Decision, DecisionKind
from watcher.store.state import Memory


class Person:
    """Somebody who holds, releases and approves, in the state directory of the commands."""

    def __init__(self, cli: Commands, stack: Stack) -> None:
        self._folder = Path(cli.state)
        self._engine = str(stack.engine.api("GET", "/info")[1]["ID"])

    def decide(self, name: str, kind: DecisionKind = "hold", *, image: str = "", lasts_s: float = 0) -> None:
        until = time.time() + lasts_s if lasts_s else 0.0
        asyncio.run(
            self._memory().decisions.keep(Decision(name, kind, time.time(), until, image, why="the fair"))
        )

    def release(self, name: str) -> None:
        assert asyncio.run(self._memory().decisions.release(name, "cli"))

    def _memory(self) -> Memory:
        async def identify() -> str:
            return self._engine

        return Memory(self._folder, identify)
