"""An update in the middle of which a person does something, and what is wrong afterwards."""

import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.faults.deeds import Deed, May, Moment
from tests.faults.fixture_engine import data_of
from tests.faults.invariants import unwired
from tests.faults.scenario import Trial
from tests.testbed.faults import passing, run

Json = dict[str, Any]

_RUNS = 3
_PRUNE = "container prune -f"
_WITHOUT_DATA = "WITHOUT THE DATA of the volumes"  # how a run names those that a prune took


class Visit(Trial):
    """A trial that a person comes into.

    Attributes:
        is_past: The update has no such call.
        bared: A prune took the data of an anonymous volume, and the run said so.
        outrun: The person set an option between our reading it and our setting it.
        answered: What the command said, empty where it said nothing.
    """

    is_past = False
    bared = False
    outrun = False
    answered = ""
    _target: Json | None = None
    _is_moot = False
    _is_refused = False
    _may_be_outrun = False

    @property
    def heard(self) -> str:
        """What was said in it by the runs, and to the person."""
        return f"said: {self.said}; the person was told: {self.answered or 'nothing'}"

    def met(self, deed: Deed, moment: Moment) -> bool:
        """Run the update with a person in it; False where it has no such call, or nobody to do it to."""
        armed = self._proxy.arm(
            run(partial(self._do, deed, moment), then=passing), n=moment.number, when=moment.when
        )
        self._run_through_proxy()
        self._proxy.disarm()
        self.is_past = not armed.fired.is_set()
        return not (self.is_past or self._is_moot)

    def wrong(self, deed: Deed) -> list[str]:
        """Run the update again until nothing changes any more; returns what is wrong then."""
        for _ in range(_RUNS):
            before = {name: row["Id"] for name, row in self._world.rows().items()}
            done = self._commands("watcher", *self._arguments(), env=self._env, timeout=240)
            self.said = f"{self.said} | {done.code} {done.err.strip()}"
            if before == {name: row["Id"] for name, row in self._world.rows().items()}:
                return list(self._complaints(deed))
        return [*self._complaints(deed), f"no end after {_RUNS} runs"]

    def _do(self, deed: Deed, moment: Moment) -> None:
        names = {"web": self._subject.name, "old": self._subject.before["Id"], "new": self._new()}
        names |= {"mine": f"{self._subject.name}-mine", "volume": next(iter(self._subject.data.values()), "")}
        names["network"] = self._world.network
        words = deed.words.format(**names).split()
        if "" in deed.words.format(**names).split(" "):
            self._is_moot = True
            return
        whose = next((names[each] for each in ("web", "old", "new") if f"{{{each}}}" in deed.words), "nobody")
        status, found = self._world.engine.api("GET", f"/containers/{whose}/json")
        self._target = found if status == 200 else None
        is_set = status == 200 and self._proxy.changes[-1].path.endswith(f"/{found['Id']}/update")
        self._may_be_outrun = moment.when == "before" and is_set
        command = self._world.compose(*words[1:]) if deed.is_of_compose else ["docker", *words]
        environ = self._world.engine.environ
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        self.answered, self._is_refused = done.stderr.strip(), done.returncode != 0

    def _new(self) -> str:
        temporary = f"{self._subject.name}.ctr-updater-new-"
        rows = self._world.rows()
        own = rows.get(self._subject.name)
        is_own = own is not None and own["Id"] != self._subject.before["Id"]
        found = [row["Id"] for name, row in rows.items() if name.startswith(temporary)]
        return next(iter(found), own["Id"] if own and is_own else "")

    def _complaints(self, deed: Deed) -> Iterator[str]:
        rows, name = self._world.rows(), self._subject.name
        own = {name, f"{name}-mine"} if May.BE_RENAMED in deed.may else {name}
        yield from (f"left over: {each}" for each in rows.keys() - own)
        found = [row for each, row in rows.items() if each in own]
        running = [row for row in found if row["State"] == "running"]
        if not found:
            if not self._is_meant_to_be_gone(deed):
                yield "the container is gone"
        elif not running:
            if not self._may_be_down(deed):
                yield f"it is {found[0]['State']}"
        else:
            yield from self._of_what_runs(deed, self._world.inspect(running[0]["Id"]))
            yield from () if len(running) == 1 else ("two of it run",)
        yield from self._of_compose(deed)

    def _is_meant_to_be_gone(self, deed: Deed) -> bool:
        """Whether the person removed what had the name, or stopped it and it removes itself."""
        target = self._target
        is_it = target is not None and target["Name"] == f"/{self._subject.name}"
        goes_when_stopped = May.BE_DOWN in deed.may and self._subject.kind.removes_itself
        return (May.BE_GONE in deed.may or goes_when_stopped) and (deed.is_of_compose or is_it)

    def _may_be_down(self, deed: Deed) -> bool:
        """Whether the person stopped it, or removed what a bad image could go back to."""
        is_bad = self._subject.kind.bad and (May.BE_GONE in deed.may or deed.is_of_compose)
        return May.BE_DOWN in deed.may or is_bad

    def _of_what_runs(self, deed: Deed, container: Json) -> Iterator[str]:
        subject = self._subject
        images = {subject.old} if subject.kind.bad else {subject.old, subject.new}
        if container["Image"] not in images and not self._may_be_down(deed):
            yield "it runs an image that it must not run"
        if data_of(container) != subject.data:
            self.bared = deed.words == _PRUNE and subject.kind.removes_itself and _WITHOUT_DATA in self.said
            if not self.bared:
                yield f"its data is {data_of(container)}, and was {subject.data}"
        if May.BE_UNPLUGGED not in deed.may:
            yield from unwired(container)
        if self._target and self._target["Name"] == f"/{subject.name}" and not self._is_refused:
            for option, value in deed.options.items():
                if container["HostConfig"][option] != value and self._may_be_outrun:
                    self.outrun = True
                elif container["HostConfig"][option] != value:
                    yield f"its {option} is {container['HostConfig'][option]}, and was set to {value}"

    def _of_compose(self, deed: Deed) -> Iterator[str]:
        """Compose finds nothing to do any more."""
        if not self._subject.kind.compose or May.BE_GONE in deed.may or self._subject.kind.bad:
            return
        before = {name: row["Id"] for name, row in self._world.rows().items()}
        environ = self._world.engine.environ
        subprocess.run(self._world.compose("up", "-d"), env=environ, capture_output=True, check=True)
        if before != {name: row["Id"] for name, row in self._world.rows().items()}:
            yield "docker compose up found something to do"
