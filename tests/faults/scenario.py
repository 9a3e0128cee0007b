"""One update that something befalls, and the recovery from it."""

import asyncio
import contextlib
import re
import subprocess
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.faults.document import NOTES
from tests.faults.fault_points import Strike
from tests.faults.fixture_engine import Subject, World
from tests.faults.invariants import complaints, of_the_rest, unwired
from tests.faults.kinds import Joined, Kind
from tests.testbed.api import events
from tests.testbed.cli import Result
from tests.testbed.errors import BedError
from tests.testbed.forked import Forked, ForkedCommands
from tests.testbed.processes import commanded, kill_all, wait_until
from tests.testbed.proxy import Proxy
from watcher.model.kept import Kept
from watcher.recovery.links import aliases, forgotten
from watcher.store.kept import Former
from watcher.store.state import Memory

Json = dict[str, Any]

_RUNS = 5
_CURE_AFTER = 2  # runs that fail: some engines start nothing more until they were restarted
_HELD_S = 30.0
_LIMIT_S = 240.0
_REMOVAL_S = 20.0


class Trial:
    """The updater's runs on one container, through a proxy of its own; a context manager.

    Attributes:
        revived: The engine's own death left the container stopped, or without its networks, with no update
            open; the test started it.
        departed: The engine's own death removed a `--rm` container that had no spare yet, or no more.
        cured: The engine had to be restarted cleanly before it started anything or ended a removal.
        freed: The engine had left something behind in containerd, which was ended as a run had said.
        relinked: It had to be restarted before it knew a legacy link again, and a run had said so.
        outlived: A gate was left when its updater lost its state directory; the test removed it.
        said: What the last run said.
    """

    def __init__(self, world: World, subject: Subject, directory: Path) -> None:
        self.revived = self.departed = self.cured = self.freed = self.relinked = self.outlived = False
        self.said = ""
        self._world = world
        self._proxy = Proxy(world.engine.socket)
        self._subject = subject
        directory.mkdir()
        self._commands = ForkedCommands(world.engine.host, directory)
        self._remember(self._commands.state)
        self._env = world.environ(subject.kind)
        self._was_spared = True
        self._was_open = False
        self._engine_starts: list[Future[object]] = []
        self._threads = ThreadPoolExecutor(2)
        self._process: Future[subprocess.Popen[str] | Forked] = Future()

    def __enter__(self) -> Self:
        self._proxy.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._commands.close()
        self._proxy.__exit__(*exception)
        self._threads.shutdown()

    @property
    def notes(self) -> list[str]:
        """What is counted apart."""
        return [note for note in NOTES if getattr(self, note, False)]

    def undisturbed(self) -> int:
        """Run the update with nothing in its way; returns the number of its changing calls."""
        self._must_be_over(self._run_through_proxy())
        return len(self._proxy.changes)

    def struck(self, strike: Strike, number: int) -> bool:
        """Run the update with a strike at one of its calls; False where it ends well with fewer."""
        armed = self._proxy.arm(strike.on(self), n=number, when=strike.when)
        done = self._run_through_proxy()
        self._proxy.disarm()
        for start in self._engine_starts:
            start.result()
        if not armed.fired.is_set():
            self._must_be_over(done)
        assert done.code or self._is_updated() or self._is_departed(), f"exit 0 without an update: {done}"
        return armed.fired.is_set()

    def lose_memory(self) -> None:
        """Let the runs from now on have a new, empty state directory.

        They are another updater, which leaves a gate that may still run to the one before, for ten minutes.
        """
        self.outlived = self._world.removed_gates()
        anew = self._commands.home / "new state"
        self._env["CTR_UPDATER_STATE_DIR"] = str(anew)
        self._remember(anew)

    def recovered(self) -> list[str]:
        """Run the update until it is at an end, a bounded number of times; returns what is wrong then."""
        for attempt in range(_RUNS):
            self._relink()
            self._revive()
            if self._is_departed():
                self.departed = True
                self._see_removed()
                return of_the_rest(self._world, self._subject)
            done = self._commands("watcher", *self._arguments(), env=self._env, timeout=_LIMIT_S)
            self.said = f"{done.code} {done.err.strip()}"
            if self._is_over(done):
                return complaints(self._world, self._subject)
            self._free()
            if attempt == _CURE_AFTER:
                self._cure()
        return [*complaints(self._world, self._subject), f"no end after {_RUNS} runs"]

    def kill_updater(self) -> None:
        process = self._process.result()
        process.kill()
        process.wait()

    def kill_engine(self) -> None:
        """Kill it, and start it again in the background: the updater meets an engine that is down."""
        dead = Future[None]()
        # Before its death, of which the updater may hear first and end: who waits for the start finds it.
        self._engine_starts.append(self._threads.submit(self._start_engine_after, dead))
        try:
            self._engine_dies()
            self._world.engine.kill()
        finally:
            dead.set_result(None)

    def kill_engine_within(self) -> None:
        """Kill it as soon as it reports an event of the call that it is about to be given."""
        entered = Future[None]()
        self._engine_starts.append(self._threads.submit(self._kill_engine_at_event, entered))
        entered.result()

    def interrupt_updater(self) -> None:
        """Ask it to end, and return when it has done so, or goes on in another way, or after a while."""
        process, made = self._process.result(), len(self._proxy.calls)
        process.terminate()
        with contextlib.suppress(BedError):
            wait_until(
                lambda: process.poll() is not None or len(self._proxy.calls) > made,
                "its end",
                timeout=_HELD_S,
            )

    def _start_engine_after(self, dead: Future[None]) -> None:
        dead.result()
        self._world.engine.start()

    def _kill_engine_at_event(self, entered: Future[None]) -> None:
        with events(self._world.engine.socket) as stream:
            entered.set_result(None)
            next(stream)
            self._engine_dies()
            self._world.engine.kill()
        self._world.engine.start()

    def _run_through_proxy(self) -> Result:
        self._process = Future()
        env = self._env | {"DOCKER_HOST": self._proxy.host}
        process = self._commands.fork("watcher", *self._arguments(), env=env)
        self._process.set_result(process)
        out, err = process.communicate(timeout=_LIMIT_S)
        code = process.wait()
        self.said = f"{code} {err.strip()}"
        return Result(code, out, err)

    def _remember(self, state: Path) -> None:
        """Note, as an update before did, what a container can go back to."""
        if self._subject.kind.back:
            known = Former(self._subject.name, "", (Kept(self._subject.new, time.time()),))
            asyncio.run(Memory(state, self._engine_id).former.keep(known))

    async def _engine_id(self) -> str:
        return str(self._world.ask("GET", "/info")["ID"])

    def _arguments(self) -> tuple[str, ...]:
        if self._subject.kind.back:
            return "rollback", "--to", self._subject.new, self._subject.name
        return "update", "--no-pull", self._subject.name

    def _is_updated(self) -> bool:
        row = self._world.rows().get(self._subject.name)
        return row is not None and row["ImageID"] == self._subject.new

    def _must_be_over(self, done: Result) -> None:
        assert self._is_over(done), f"nothing befell it, and it ended with {done}"

    def _is_over(self, done: Result) -> bool:
        rows, expected = self._world.rows(), self._subject.kind.ends
        is_alone = rows.keys() == {self._subject.name, *self._subject.joined}
        return done.code == expected and is_alone and all(row["State"] == "running" for row in rows.values())

    def _engine_dies(self) -> None:
        self._world.deaths += 1
        self._was_open = self._world.is_open()
        # One that joined others goes back with them only: once they are committed, its spare is of no use.
        is_committed = (
            bool(self._subject.joined) and self._is_updated() and not self._world.is_open(self._subject.name)
        )
        self._was_spared = self._world.has_spare() and not is_committed

    def _is_departed(self) -> bool:
        subject = self._subject
        kinds: tuple[Kind | Joined, ...] = (subject.kind, *subject.kind.joined)
        named = zip((subject.name, *subject.joined), kinds, strict=True)
        names = {name for name, kind in named if kind.removes_itself}
        gone = not names <= self._world.rows().keys() and not self._world.is_open()
        return gone and not self._was_spared

    def _free(self) -> None:
        """Do what the updater said about what a killed engine left behind in containerd."""
        if self._world.deaths and (command := re.search("`pkill -KILL -f '(.+?)'`", self.said)):
            self.freed = True
            kill_all(commanded(command[1]))

    def _relink(self) -> None:
        """Do what the updater said where the engine, when it started, forgot a legacy link."""
        if self._world.deaths and not self._world.is_open() and self._has_lost_a_link():
            assert "lost its link" in self.said, f"a link was lost, and nobody said so: {self.said}"
            self.relinked = True
            self._restart_engine()

    def _has_lost_a_link(self) -> bool:
        rows, joined = self._world.rows(), self._subject.joined
        return any(
            forgotten(aliases(joined[name]), self._world.inspect(name)) for name in joined if name in rows
        )

    def _revive(self) -> None:
        """Start what the engine's own death broke with no update of it open: that is not the updater's to do.

        It was left stopped, and one that does not run is not started by an update; or it was started by the
        engine without its networks, when all was over.
        """
        if not self._world.deaths:
            return
        for name in (self._subject.name, *self._subject.joined):
            wait_until(partial(self._is_known, name), f"what the engine knows of {name} to be so")
            row = self._world.rows().get(name)
            if row is None or self._world.is_open(name) or not self._is_broken(name, row):
                continue
            self.revived = True
            if row["State"] == "exited":
                self._world.engine.end_shim(row["Id"])
            refused = self._world.engine.api("POST", f"/containers/{name}/restart")[0] >= 400
            if refused or any(unwired(self._world.inspect(name))):
                self._cure()
                self._world.ask("POST", f"/containers/{name}/restart")

    def _is_known(self, name: str) -> bool:
        """Whether one that is said to run does: an engine that has just started may not know its end yet."""
        row = self._world.rows().get(name)
        if row is None or row["State"] != "running":
            return True
        pid = self._world.inspect(name)["State"]["Pid"]
        return not pid or Path(f"/proc/{pid}").exists()

    def _is_broken(self, name: str, row: Json) -> bool:
        if row["State"] == "running" and not self._was_open:
            return any(unwired(self._world.inspect(name)))
        return bool(row["State"] == "exited")

    def _see_removed(self) -> None:
        """Wait for the end of the engine's own removal; one that is stuck is taken up by its next start."""
        what = "the end of the engine's own removal"
        try:
            wait_until(self._has_removed, what, timeout=_REMOVAL_S)
        except BedError:
            self._cure()
            wait_until(self._has_removed, what)

    def _has_removed(self) -> bool:
        return not self._world.is_removing()

    def _cure(self) -> None:
        if self._world.deaths:
            self.cured = True
            self._restart_engine()

    def _restart_engine(self) -> None:
        self._engine_dies()
        self._world.engine.restart()
