"""The ground of a test run: one directory that holds everything it starts, and clears it away.

The run holds a lock on its ground. A keeper, started beside it, waits for that lock: it gets it when the run
has ended in whatever way, SIGKILL included, and clears what is left. Should the keeper be killed too, the
next run finds a ground whose lock nobody holds, and clears it. A ground in use can never be cleared so.
"""

import atexit
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from tests.testbed import network
from tests.testbed.errors import BedError
from tests.testbed.packages import locked
from tests.testbed.processes import MARK, in_cgroups, kill_all, marked, run

PREFIX = "ctr-bed-"
_SHIM_NOTES = ("address", "bootstrap.json")  # containerd 1.6 and 1.7, and 2
_SHIM_SOCKET = re.compile(r"unix://(/run/containerd/s/[0-9a-f]+)")


def require_root() -> None:
    """Raise BedError, in one line, for a user who cannot run a Docker engine."""
    if os.geteuid():
        raise BedError("the test bed runs Docker engines of its own and needs root: try sudo")


@cache
def ground() -> Path:
    """Return this process's ground; the first call makes it and sweeps what dead runs left."""
    with locked("ground"):  # a new ground whose lock is not yet held would look like a dead run's
        sweep()
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = (path / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    keeper = _start_keeper(path)
    atexit.register(_leave, path, lock, keeper)
    return path


def place(kind: str) -> Path:
    """Return a new directory on the ground; short, for a unix socket's path has at most 107 characters."""
    return Path(tempfile.mkdtemp(prefix=kind, dir=ground()))


def mark() -> dict[str, str]:
    """Return the environment that makes a process one of this run's."""
    return {MARK: str(ground())}


def sweep() -> None:
    """Clear the grounds of runs that are dead."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _clear_if_left(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def clear(path: Path) -> None:
    """End every process, mount, cgroup and bridge below `path`, and remove it."""
    containers = [entry.name for entry in path.glob("*/data/containers/*")]
    sockets = _shim_sockets(path)
    for _ in range(5):  # what was born during one round dies in the next
        kill_all(marked(path) | in_cgroups(containers))
    unmount(path)
    for container in containers:
        _remove_cgroups(container)
    for socket in sockets:
        socket.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    network.sweep()


def unmount(path: Path) -> None:
    """Unmount everything below `path`."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    for point in sorted(points, reverse=True):
        if point.startswith(f"{path}/"):
            run("umount", "-l", point)


def _shim_sockets(path: Path) -> list[Path]:
    """Shims listen below /run/containerd/s whatever the directories; a killed one leaves its socket."""
    found: list[Path] = []
    for bundle in path.glob("*/containerd/state/io.containerd.runtime.v2.task/*/*"):
        for name in _SHIM_NOTES:
            with contextlib.suppress(OSError):  # not there, or its container ends at this moment
                found += map(Path, _SHIM_SOCKET.findall((bundle / name).read_text()))
    return found


def _remove_cgroups(container: str) -> None:
    for pattern in (f"docker/{container}", f"*/docker/{container}"):
        for group in Path("/sys/fs/cgroup").glob(pattern):
            with contextlib.suppress(OSError):
                group.rmdir()


def _start_keeper(path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(path)],
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ.get("PATH", os.defpath)} | _cache_settings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C and a closed terminal end the run, not its keeper
    )


def _cache_settings() -> dict[str, str]:
    names = ("CTR_UPDATER_CACHE", "XDG_CACHE_HOME", "HOME")
    return {name: os.environ[name] for name in names if name in os.environ}


def _leave(path: Path, lock: IO[str], keeper: "subprocess.Popen[bytes]") -> None:
    clear(path)
    lock.close()
    keeper.wait()


def _clear_if_left(path: Path, how: int) -> None:
    with contextlib.suppress(FileNotFoundError, BlockingIOError), (path / "lock").open() as lock:
        fcntl.flock(lock, how)
        clear(path)


if __name__ == "__main__":
    _clear_if_left(Path(sys.argv[1]), fcntl.LOCK_EX)
