"""One update of a Swarm service that something befalls, at whichever of its calls, and what comes of it.

A look of a rollout is three calls, and is made again until there is an end: struck are each of the calls
before the swarm is told, what tells it, and of the looks after it the first two.
"""

import contextlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

from attrs import frozen

from tests.faults.fault_points import STRIKES, Strike
from tests.integration.swarm.conftest import Services
from tests.testbed.cli import Result
from tests.testbed.faults import Fault, passing, run
from tests.testbed.forked import Forked, ForkedCommands
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Armed, Proxy

Json = dict[str, Any]

# The engine tells of no event of a call that only looks, within which it could be killed.
SERVICE_STRIKES = [strike for strike in STRIKES if strike.title != "engine killed within"]
_UPDATE = "POST /services/.*/update"
_LOOKS = ("GET /services/", "GET /tasks", "GET /nodes")
_BEFORE = 16  # calls until the swarm is told, with those for the containers that there happen to be
_QUICKER = (  # where nothing crashes, which the swarm would see only within that time
    "--update-monitor",
    "100ms",
    "--rollback-monitor",
    "100ms",
)
_RUNS, _HELD_S, _LIMIT_S = 5, 30.0, 240.0


@frozen
class ServiceKind:
    """A service, and what is done to it.

    Attributes:
        name: Names it in the table.
        bad: The new image crashes.
        back: It is a rollback to what ran before.
    """

    name: str
    bad: bool = False
    back: bool = False

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Kind and outcome of what the history is to have in the end, the newest first."""
        if self.back:
            return [("rollback", "updated"), ("service", "updated")]
        return [("service", "rolled back" if self.bad else "updated")]

    @property
    def points(self) -> Iterator["Call"]:
        """The calls that are struck."""
        yield from (Call(0, ".", number) for number in range(1, _BEFORE + 1))
        yield from _looks(1)
        if self.bad:
            yield Call(1, _UPDATE, 1)
            yield from _looks(2)


@frozen
class Call:
    """A call: the `number`-th like `match` after the swarm was told `told` times."""

    told: int
    match: str
    number: int

    def arm(self, proxy: Proxy, fault: Fault, strike: Strike) -> "Awaited":
        """Have a fault befall it."""
        awaited = Awaited()

        def arm() -> None:
            awaited.armed = proxy.arm(fault, n=self.number, match=self.match, when=strike.when)

        if self.told:
            proxy.arm(run(arm, then=passing), n=self.told, match=_UPDATE, when="after")
        else:
            arm()
        return awaited

    def __str__(self) -> str:
        return f"call {self.number} like {self.match} after {self.told} orders"


class Awaited:
    """A fault that is armed, or will be once the swarm is told."""

    armed: Armed | None = None

    @property
    def has_fired(self) -> bool:
        return self.armed is not None and self.armed.fired.is_set()


def _looks(told: int) -> Iterator[Call]:
    return (Call(told, match, number) for match in _LOOKS for number in (1, 2))


SERVICE_KINDS = (
    ServiceKind("service"),
    ServiceKind("service, crashes", bad=True),
    ServiceKind("service, rollback", back=True),
)


class ServiceTrial:
    """The updater's runs on one service; a context manager.

    Args:
        services: Makes it.
        cli: The commands, with a state directory that is theirs alone.
        kind: What it is.
        old: The digest that runs first.
        new: The digest that the tag means.
    """

    notes: tuple[str, ...] = ()

    def __init__(
        self, services: Services, cli: ForkedCommands, kind: ServiceKind, old: str, new: str
    ) -> None:
        self.said = ""
        self._services, self._cli, self._kind = services, cli, kind
        self._old, self._new = old, new
        self._proxy = Proxy(services.node.socket)
        self._process: Future[subprocess.Popen[str] | Forked] = Future()
        self._has_died = False

    def __enter__(self) -> Self:
        self._proxy.__enter__()
        image = f"{self._services.tag()}@{self._old}"
        how = ("--restart-delay", "60s") if self._kind.bad else ("--restart-delay", "100ms", *_QUICKER)
        self._name = self._services.create(*how, image=image)
        if self._kind.back:
            self._run_on_new()
        self._before = self._services.node.service(self._name)["Spec"]
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.__exit__()
        self._services.clean()

    @property
    def calls(self) -> list[str]:
        """Which calls were made through the proxy."""
        return [str(call) for call in self._proxy.calls]

    def struck(self, call: Call, strike: Strike) -> bool:
        """Run the update with a strike at one of its calls; False where it ends without that call."""
        awaited = call.arm(self._proxy, strike.on(self), strike)
        done = self.through_proxy()
        self._proxy.disarm()
        if self._has_died:
            self._services.revive()
        assert done.code or self._digest() == self._right, f"exit 0 without an update: {done}"
        return awaited.has_fired

    def through_proxy(self) -> Result:
        """Run the update where it can be struck."""
        self._process = Future()
        process = self._cli.fork("watcher", *self._arguments, env={"DOCKER_HOST": self._proxy.host})
        self._process.set_result(process)
        out, err = process.communicate(timeout=_LIMIT_S)
        return Result(process.wait(), out, err)

    def recovered(self) -> list[str]:
        """Run the update until it is at an end, a bounded number of times; returns what is wrong then."""
        for _ in range(_RUNS):
            done = self._cli("watcher", *self._arguments, timeout=_LIMIT_S)
            self.said = f"{done.code} {done.err.strip()}"
            if self._is_over(done):
                return [*self._complaints()]
        return [*self._complaints(), f"no end after {_RUNS} runs"]

    def kill_updater(self) -> None:
        process = self._process.result()
        process.kill()
        process.wait()

    def kill_engine(self) -> None:
        """The one manager, and so the leader, dies, and comes back once the updater has met that."""
        self._has_died = True
        self._services.node.kill()
        self._services.node.start()

    def kill_engine_within(self) -> None:
        raise NotImplementedError

    def interrupt_updater(self) -> None:
        process, made = self._process.result(), len(self._proxy.calls)
        process.terminate()
        with contextlib.suppress(Exception):
            what = "its end, or another call"
            wait_until(
                lambda: process.poll() is not None or len(self._proxy.calls) > made, what, timeout=_HELD_S
            )

    def _run_on_new(self) -> None:
        """What it goes back from is an update of ours, whose label then stands in the spec before."""
        done = self._cli("watcher", "update", self._name)
        assert (done.code, self._digest()) == (0, self._new), done

    @property
    def _arguments(self) -> tuple[str, ...]:
        if self._kind.back:
            return "rollback", "--to", self._old, self._name
        return "update", self._name

    @property
    def _right(self) -> str:
        """The digest that it is to run in the end."""
        return self._old if self._kind.bad or self._kind.back else self._new

    def _digest(self) -> str:
        return self._services.digest(self._name)

    def _is_over(self, done: Result) -> bool:
        if self._kind.back:  # there is none to go back to once that is done
            return done.code in (0, 3, 7) and self._digest() == self._old
        return done.code == (6 if self._kind.bad else 0)

    def _complaints(self) -> Iterator[str]:
        node, right = self._services.node, self._right
        if self._digest() != right:
            yield f"its image is {self._services.image(self._name)}"
        try:
            self._services.wait(lambda: node.running(self._name, right) == 1, "it to run", timeout=30)
        except Exception:  # noqa: BLE001 - it is what is wrong
            yield f"{node.running(self._name, right)} tasks run it"
        yield from self._changed()
        made = [task for task in node.tasks(self._name) if _image(task).endswith(self._target)]
        if len(made) > 1 + (self._kind.bad or self._kind.back) and not self._has_died:
            yield f"it was rolled out more than once: {len(made)} tasks"
        yield from self._told()

    @property
    def _target(self) -> str:
        return self._old if self._kind.back else self._new

    def _changed(self) -> Iterator[str]:
        """What is another thing in its spec than the image."""
        spec = self._services.node.service(self._name)["Spec"]
        for each in (spec, self._before):
            each["Labels"] = {key: value for key, value in each["Labels"].items() if key not in _OURS}
            each["TaskTemplate"]["ContainerSpec"].pop("Image", None)
        if spec != self._before:
            yield f"its spec was {self._before}, and is {spec}"

    def _told(self) -> Iterator[str]:
        found = recorded(self._cli)
        if found != self._kind.rows:
            yield f"the history has {found}"
        if self._kind.bad:
            version = self._services.node.service(self._name)["Version"]
            done = self._cli("watcher", "update", self._name)
            if done.code != 6 or self._services.node.service(self._name)["Version"] != version:
                yield f"it was tried again: {done}"


def recorded(cli: ForkedCommands) -> list[tuple[str, str]]:
    """Kind and outcome of what the history has, the newest first; a command would take as long as a look."""
    path = Path(cli.state) / "database.sqlite"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT record FROM attempts ORDER BY at DESC, number DESC").fetchall()
    return [(row["kind"], row["outcome"]) for (text,) in found for row in [json.loads(text)]]


_OURS = {"ctr-updater.rollout", "ctr-updater.left"}


def _image(task: Json) -> str:
    return str(task["Spec"]["ContainerSpec"]["Image"])


def is_as_listed(kind: ServiceKind, calls: list[str]) -> bool:
    """Whether an update makes the calls that are struck, and no others."""
    orders = [number for number, call in enumerate(calls, 1) if call.startswith("POST ")]
    looks = [call for call in calls[orders[0] :] if not call.startswith("POST ")]
    is_told = orders[0] <= _BEFORE and len(orders) == 1 + kind.bad
    return is_told and all(call.startswith(_LOOKS) for call in looks)
