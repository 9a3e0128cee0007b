"""One update of an updater by itself, in the image as it is shipped, and who is killed in the middle of it.

All three reach the engine through one proxy: their calls are counted as one row.
"""

import contextlib
import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

from attrs import frozen

from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.faults import passing, run
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.relay import When
from tests.testbed.stack import Stack

Json = dict[str, Any]

# The engine's own grace of 10 s: who is to undo what an engine interrupted waits for that engine, which waits
# for him as it starts; a longer one makes points longer, and nothing else.
_GRACE = ("--health-start-period", "20s", "--stop-timeout", "10")
# One that is healthy is asked seldom, for each question starts an interpreter; 20.10 has one interval.
_OLD = ("--health-interval", "2s")
_NEW = ("--health-interval", "20s", "--health-start-interval", "500ms")
LABELS = ("--label", "ctr-updater.enable=true", "--label", "ctr-updater.source=local")
STATE = "/var/lib/ctr-updater"
_BEGIN_S = 60.0
_END_S = 600.0
_CALM_S = 6.0
_DEAD_S = 5.0
_LOOK_S = 0.2


@frozen
class Victims:
    """Who is killed; `title` names them in the table."""

    title: str
    updater: bool = False
    helper: bool = False
    successor: bool = False
    engine: bool = False


VICTIMS = (
    Victims("updater", updater=True),
    Victims("helper", helper=True),
    Victims("successor", successor=True),
    Victims("engine", engine=True),
    Victims("all at once", updater=True, helper=True, successor=True, engine=True),
)


class SelfUpdate:
    """A context manager, in which an updater runs that its tag has not been moved under yet.

    Args:
        stack: Where it is made; all of it is removed afterwards.
        image: The name of the image.
        successor: The name of the image that its tag is moved to.
        policy: The updater's restart policy.

    Attributes:
        revived: The engine's own death left nobody running, and the test started what there was.
        freed: The engine ended the updater at each of its starts, until the test ended what it had left in
            containerd, as docs/troubleshooting.md says.
    """

    def __init__(self, stack: Stack, image: str, successor: str, policy: str) -> None:
        self.revived = self.freed = False
        self._stack = stack
        self._engine: PrivateEngine = stack.engine
        self._proxy = Proxy(self._engine.socket)
        self._image, self._next, self._policy = image, successor, policy
        self._name, self._tag = stack.name("up"), stack.name("self:1")
        self._starts: list[threading.Thread] = []
        self._old: Json = {}
        self._target = stack.image_id(successor)

    def __enter__(self) -> Self:
        self._proxy.__enter__()
        self._stack.tag(self._image, self._tag)
        socket = ("-v", f"{self._proxy.socket}:/var/run/docker.sock", "-v", f"{self._name}:{STATE}")
        health = _OLD if self._engine.version == "20.10" else _NEW
        options = (*socket, *health, *_GRACE, *LABELS, "--entrypoint", "watcher", "--restart", self._policy)
        self._stack.run(self._tag, *options, name=self._name, command=("run",))
        self._stack.wait(lambda: _is_well(self._rows().get(self._name)), timeout=_BEGIN_S)
        self._old = self._stack.inspect(self._name)
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.disarm()
        for each in self._starts:
            each.join()
        self._engine.start()
        for row in self._rows().values():
            self._engine.api("POST", f"/containers/{row['Id']}/update", {"RestartPolicy": {"Name": "no"}})
        for row in self._rows().values():
            self._engine.api("DELETE", f"/containers/{row['Id']}?force=1")
        self._proxy.__exit__()

    def struck(self, victims: Victims, number: int, when: When) -> bool:
        """Let it update itself, and kill somebody at one of the calls; False where there are fewer."""
        armed = self._proxy.arm(run(lambda: self._kill(victims), then=passing), n=number, when=when)
        self._move()
        end = time.monotonic() + _END_S
        while not armed.fired.wait(_LOOK_S) and not self._is_new(self._rows()):
            if time.monotonic() > end:
                raise BedError(f"{self._name}: no call of that number came, and it is not new: {self.shown}")
        self._proxy.disarm()
        return armed.fired.is_set()

    def ended(self) -> list[str]:
        """Wait until it is over, helped where the engine's death left nobody running; what is wrong then."""
        self._move()
        end, calm_since = time.monotonic() + _END_S, 0.0
        while time.monotonic() < end:
            time.sleep(_LOOK_S)
            rows = self._rows()
            if self._is_new(rows) or (calm_since and time.monotonic() > calm_since + _CALM_S):
                wrong = [*self._complaints(is_new=self._is_new(rows))]
                # What was asked of one whose end the engine had yet to notice says nothing.
                if not wrong or self._is_settled(self._rows()):
                    return wrong
            calm_since = (calm_since or time.monotonic()) if self._is_settled(rows) else 0.0
            self._revive(rows)
            self._free(rows)
        return [f"not over after {_END_S:.0f} s: {self.shown}"]

    @property
    def shown(self) -> str:
        """What there is, and what each has said."""
        rows = self._rows()
        states = ", ".join(f"{name} {row['State']} ({row['Status']})" for name, row in rows.items())
        said = [f"{name}: {self._engine.docker('logs', '--tail', '8', name, check=False)}" for name in rows]
        return "\n".join([states, *said])

    def _move(self) -> None:
        with contextlib.suppress(BedError):  # the engine may be killed for it before it can answer
            self._stack.tag(self._next, self._tag)

    def _kill(self, victims: Victims) -> None:
        for row in self._rows().values():
            if self._is_meant(row, victims):
                self._end(row)
        if victims.engine:
            self._engine.kill()
            self._starts.append(threading.Thread(target=self._start_engine))
            self._starts[-1].start()

    def _start_engine(self) -> None:
        with contextlib.suppress(BedError):  # one that has to end what it had begun takes long
            self._engine.start()

    def _is_meant(self, row: Json, victims: Victims) -> bool:
        if row["Id"] == self._old["Id"]:
            return victims.updater
        return victims.helper if "-helper-" in row["Names"][0] else victims.successor

    def _end(self, row: Json) -> None:
        pid = self._stack.inspect(row["Id"])["State"]["Pid"]
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _revive(self, seen: dict[str, Json]) -> None:
        """Start whoever there is, once nobody runs or is about to: a person would."""
        if _has_life(seen):
            return
        with contextlib.suppress(Exception):
            wait_until(lambda: _has_life(self._rows()), "one who comes back by himself", timeout=_DEAD_S)
            return
        rows = self._rows()
        ids = [rows.get(self._name, {}).get("Id"), self._old["Id"], *(row["Id"] for row in rows.values())]
        for cid in ids:
            if cid and self._engine.api("POST", f"/containers/{cid}/start")[0] < 400:
                self.revived = True
                return

    def _free(self, seen: dict[str, Json]) -> None:
        """End what a killed engine has left of a container in containerd: between two starts, or never."""
        for row in seen.values():
            if row["State"] == "restarting" and f"cannot delete running task {row['Id']}" in self._log():
                self._engine.end_shim(row["Id"])
                self.freed = True

    def _log(self) -> str:
        return (self._engine.directory / "log").read_text(errors="replace")

    def _rows(self) -> dict[str, Json]:
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                return {
                    name: row for name, row in self._stack.containers().items() if name.startswith(self._name)
                }
            time.sleep(0.1)

    def _is_settled(self, rows: dict[str, Json]) -> bool:
        return rows.keys() == {self._name} and _is_well(rows[self._name])

    def _is_new(self, rows: dict[str, Json]) -> bool:
        return self._is_settled(rows) and bool(rows[self._name]["ImageID"] == self._target)

    def _complaints(self, *, is_new: bool) -> Iterator[str]:
        found = self._stack.inspect(self._name)
        for key, of in _KEPT.items():
            if of(found) != of(self._old):
                yield f"{key}: {of(self._old)} became {of(found)}"
        text = self._engine.docker("exec", self._name, "watcher", "history", self._name, check=False)
        if is_new and "self-update" not in text:
            yield f"the history has no row of it: {text}"
        listed = self._engine.docker("exec", self._name, "watcher", "list", "--json", check=False)
        if '"held"' in listed:
            yield f"its image, which is good, is held: {listed}"


def _has_life(rows: dict[str, Json]) -> bool:
    return any(row["State"] in {"running", "restarting"} for row in rows.values())


def _is_well(row: Json | None) -> bool:
    return row is not None and row["State"] == "running" and "(healthy)" in row["Status"]


_KEPT: dict[str, Callable[[Json], object]] = {
    "restart policy": lambda found: found["HostConfig"]["RestartPolicy"]["Name"],
    "mounts": lambda found: sorted(mount["Destination"] for mount in found["Mounts"]),
    "volume": lambda found: sorted(str(mount.get("Name")) for mount in found["Mounts"]),
    "environment": lambda found: sorted(found["Config"]["Env"]),
    "labels": lambda found: {
        key: value for key, value in found["Config"]["Labels"].items() if key.startswith("ctr-updater.")
    },
}
