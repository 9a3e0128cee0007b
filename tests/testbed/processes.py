"""Processes of the bed: started with a mark in their environment, by which they are found and ended."""

import contextlib
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from tests.testbed.errors import BedError

# containerd, its shims and docker-proxy inherit it from the daemon; the processes inside containers do not.
MARK = "TEST_BED_GROUND"


Daemon = subprocess.Popen[bytes]


def spawn(command: list[str], *, env: Mapping[str, str], out: IO[bytes], err: IO[bytes]) -> Daemon:
    """Start a daemon in a session of its own, so that Ctrl-C reaches the tests alone."""
    return subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        cwd="/",
        start_new_session=True,
    )


def wait_until(condition: Callable[[], bool], what: str, *, timeout: float = 60) -> None:
    """Return as soon as `condition()` holds; for conditions that nothing announces.

    Args:
        condition: Cheap; asked every 20 ms.
        what: Names the condition in the error.
        timeout: In seconds.

    Raises:
        BedError: The time is over.
    """
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise BedError(f"waited {timeout:g} s in vain: {what}")
        time.sleep(0.02)


def run(
    *command: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, data: bytes = b""
) -> str:
    """Run a command to its end and return its standard output.

    Raises:
        BedError: It ended with another code than 0; carries what it wrote.
    """
    argv = [str(word) for word in command]
    done = subprocess.run(argv, env=env, cwd=cwd, input=data, capture_output=True, check=False)
    if done.returncode:
        said = (done.stderr + done.stdout).decode(errors="replace").strip()
        raise BedError(f"{' '.join(argv)}: exit {done.returncode}: {said}")
    return done.stdout.decode(errors="replace")


def stop(process: Daemon, *, timeout: float = 60) -> None:
    """SIGTERM, and SIGKILL for one that does not end within `timeout` seconds."""
    process.terminate()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: Daemon) -> None:
    """SIGKILL, and reap it: a zombie whose pid stands in a pid file stops dockerd's next start."""
    process.kill()
    process.wait()


def pids() -> list[int]:
    """Every process of the machine."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def marked(ground: Path) -> set[int]:
    """Return the processes whose environment bears the mark of this ground, and their descendants."""
    mark = f"{MARK}={ground}".encode()
    found = {pid for pid in pids() if mark in _read(pid, "environ").split(b"\0")}
    children: dict[int, list[int]] = {}
    for pid in pids():
        children.setdefault(_parent(pid), []).append(pid)
    fresh = set(found)
    while fresh:
        fresh = {child for pid in fresh for child in children.get(pid, [])} - found
        found |= fresh
    return found - {os.getpid()}


def in_cgroups(ids: Iterable[str]) -> set[int]:
    """Return the processes in a cgroup of one of these containers, as `--pid host` leaves them behind."""
    wanted = [f"/{container}".encode() for container in ids]
    if not wanted:
        return set()
    return {pid for pid in pids() if any(name in _read(pid, "cgroup") for name in wanted)}


def commanded(pattern: str) -> set[int]:
    """Return the processes whose command line contains this regular expression, as `pgrep -f` does."""
    lines = {pid: _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace") for pid in pids()}
    return {pid for pid, line in lines.items() if re.search(pattern, line)}


def kill_all(victims: Iterable[int]) -> None:
    """SIGKILL foreign processes and return when they are gone."""
    opened = []
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            opened.append(descriptor)
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    for descriptor in opened:
        select.select([descriptor], [], [], 10)
        os.close(descriptor)


def _read(pid: int, file: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _parent(pid: int) -> int:
    # "pid (name) state ppid ...", and the name may hold anything
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields else 0
