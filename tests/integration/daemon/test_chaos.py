"""Whatever happens while it works, labelled containers end on their tag's image, others untouched.

$CHAOS_S seconds of it (30 without); $CHAOS_SEED repeats a run.
"""

import os
import random
import time
from collections.abc import Callable

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import LOCAL, OPT_IN
from tests.integration.daemon.conftest import Running, Start
from tests.integration.daemon.test_registry import publish
from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

SECONDS = float(os.environ.get("CHAOS_S", "30"))
# After a SIGKILL the engine takes the stops of its own start for a person's, and leaves
# `unless-stopped` stopped (20.10 to 28.5).
KEPT = ("--restart", "always")
TAGS = 3
FLOOD = 10_000 if SECONDS > 600 else 300


class World:
    """The machine, and somebody careless on it."""

    def __init__(self, stack: Stack, registry: PrivateRegistry, start: Start, dice: random.Random) -> None:
        self.stack, self.registry, self.start, self.dice = stack, registry, start, dice
        self.tags = [stack.name(f"app{number}:1") for number in range(TAGS)]
        self.labelled: set[str] = set()
        self.gone: set[str] = set()
        self.plain: dict[str, str] = {}
        self.number = 0
        for tag in self.tags:
            stack.image(tag, marker="0")
        self.remote = self._published()
        self.daemon = self._started()

    def actions(self) -> list[Callable[[], None]]:
        often = [self.move, self.move, self.create, self.create_plain, self.remove, self.publish, self.flood]
        return [*often, *often, self.kill_engine, self.restart_engine, self.kill_daemon, self.stop_registry]

    def move(self) -> None:
        self.stack.image(self.dice.choice(self.tags), marker=self._next())

    def create(self) -> None:
        name = self.stack.name(f"on{self._next()}")
        self.stack.run(self.dice.choice(self.tags), *LOCAL, *KEPT, name=name)
        self.labelled.add(name)

    def create_plain(self) -> None:
        name = self.stack.name(f"off{self._next()}")
        self.plain[name] = self.stack.run(self.dice.choice(self.tags), *KEPT, name=name)

    def remove(self) -> None:
        """Of a container in the middle of its update either half may be hit, and the other comes back."""
        if self.labelled:
            name = self.dice.choice(sorted(self.labelled))
            self.stack.engine.docker("rm", "-f", name, check=False)
            self.labelled.discard(name)
            self.gone.add(name)

    def publish(self) -> None:
        self.registry.start()
        publish(self.stack, self.registry, self.remote, self._next())

    def flood(self) -> None:
        for number in range(FLOOD):
            self.stack.engine.api(
                "POST", f"/images/{self.tags[0]}/tag?repo={self.stack.name('flood')}&tag={number % 9}"
            )

    def kill_engine(self) -> None:
        self.stack.engine.kill()
        self.stack.engine.start()

    def restart_engine(self) -> None:
        self.stack.engine.restart()

    def kill_daemon(self) -> None:
        self.daemon.process.kill()
        self.daemon.end()
        self.daemon = self._started()

    def stop_registry(self) -> None:
        self.registry.stop()

    def is_in_order(self) -> bool:
        rows = self.stack.containers()
        follow = [name for name in rows if "-on" in name or name == self.remote.name]
        return (
            self.labelled | {self.remote.name} <= set(rows)
            and not [name for name in rows if ".ctr-updater-" in name]
            and all(self._is_current(name) for name in follow)
        )

    def _is_current(self, name: str) -> bool:
        found = self.stack.seen(name)
        return found is not None and bool(
            found["Image"] == self.stack.image_id(found["Config"]["Image"])
            and found["State"]["Status"] == "running"
        )

    def _published(self) -> App:
        reference = f"{self.registry.address}/{self.stack.name('remote:1')}"
        old = self.stack.image(reference, marker="0")
        self.stack.engine.docker("push", reference)
        name = self.stack.name("remote")
        return App(name, self.stack.run(reference, *OPT_IN, *KEPT, name=name), reference, old)

    def _started(self) -> Running:
        return self.start("--interval", "1s")

    def _next(self) -> str:
        self.number += 1
        return str(self.number)


@pytest.mark.timeout(300 + 3 * SECONDS)
def test_chaos_ends_in_order(start: Start, engine: PrivateEngine) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or random.randrange(10**9))  # noqa: S311 - no secret
    print(f"CHAOS_SEED={seed}")  # noqa: T201 - to repeat a failure
    stack = Stack(engine)
    with PrivateRegistry() as registry:
        world = World(stack, registry, start, random.Random(seed))  # noqa: S311 - no secret
        try:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                world.dice.choice(world.actions())()
            registry.start()
            world.publish()
            final = publish_id(world)
            wait_until(lambda: world.is_in_order() and runs(world, final), "order", timeout=240)
            assert world.daemon.stop() == 0
            assert world.is_in_order()
            assert {name: stack.inspect(name)["Id"] for name in world.plain} == world.plain
        finally:
            engine.start()
            stack.clean()


def publish_id(world: World) -> str:
    """The marker of what the registry holds at last."""
    return str(world.number)


def runs(world: World, marker: str) -> bool:
    found = world.stack.seen(world.remote.name)
    return found is not None and bool(found["Config"]["Labels"]["marker"] == marker)
