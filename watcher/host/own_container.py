"""Which container this program runs in itself, so that it is never listed and never touched.

Under `network_mode: container:X` the hostname and the mounted /etc files name X, and on cgroup v2
nothing names the own container; a hostname may be set by hand, or be the host's. So whatever those
say is only a candidate, and it is proved by its mount namespace as the engine's `top` shows it
(measured on 20.10, 26.1 and 28.5, both cgroup versions).
"""

import asyncio
import re
import socket
from pathlib import Path

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable
from watcher.model.json_object import Json
from watcher.model.listing import Row

_CGROUP = re.compile(r"[/-](?P<id>[0-9a-f]{64})(?:\.scope)?$", re.MULTILINE)
_MOUNT = re.compile(r"/containers/(?P<id>[0-9a-f]{64})/(?:hostname|hosts|resolv\.conf) /etc/")
_HOSTNAME = re.compile(r"[0-9a-f]{12,64}")


class OwnContainer:
    """The own container, asked for once: it never changes while this process lives."""

    def __init__(self) -> None:
        self._asked = False
        self._turn = asyncio.Lock()
        self._cid: str | None = None

    async def find(self, engine: Engine, rows: list[Json] | None = None) -> str | None:
        """The full id of the own container; None outside of any container of this engine.

        Args:
            engine: Which one is asked.
            rows: GET /containers/json?all=1, where the caller has it; else a call is made for it.
        """
        async with self._turn:
            if not self._asked and is_contained():
                listed = await engine.containers() if rows is None else rows
                self._cid = await own_container(engine, [row for row in listed if Row(row).is_up])
            self._asked = True
        return self._cid


async def own_container(engine: Engine, rows: list[Json]) -> str | None:
    """Find the own container's id among the rows of GET /containers/json; None outside of any."""
    if not is_contained():
        return None
    named = _present(rows, candidates())
    suspects = named + _sharing(rows, named) + _of_own_image(rows)
    namespace = mount_namespace()
    is_refused = False
    for cid in dict.fromkeys(suspects):
        try:
            if namespace and namespace in await _mount_namespaces(engine, cid):
                return cid
        except EngineUnavailable:
            raise
        except EngineError:
            # A suspect that the engine is restarting, say, which tells nothing of the others.
            is_refused = True
    # A socket proxy may forbid `top`; then the best candidate has to do. Other runtimes show no namespaces:
    # then the hostname, which the exercise goes by.
    likely = named if is_refused else _present(rows, named_by("", "", socket.gethostname()))
    return next(iter(likely), None)


def is_contained() -> bool:
    """Whether this may be a container at all."""
    return in_docker() or bool(candidates())


def in_docker() -> bool:
    """Whether this is some Docker container; which one, the file does not say."""
    return Path("/.dockerenv").exists()


def candidates() -> list[str]:
    """What this process's surroundings say its container is, the surest first; full ids or prefixes."""
    return named_by(_read("/proc/self/cgroup"), _read("/proc/self/mountinfo"), socket.gethostname())


def named_by(cgroup: str, mountinfo: str, hostname: str) -> list[str]:
    """Pick the candidates out of /proc/self/cgroup, /proc/self/mountinfo and the hostname."""
    found = [
        match["id"]
        for pattern, text in ((_CGROUP, cgroup), (_MOUNT, mountinfo))
        for match in pattern.finditer(text)
    ]
    if _HOSTNAME.fullmatch(hostname):
        found.append(hostname)
    return list(dict.fromkeys(found))


def mount_namespace() -> str:
    """The own mount namespace as `ps -o mntns` shows it: the inode's number; empty where nobody tells."""
    try:
        return "".join(filter(str.isdigit, str(Path("/proc/self/ns/mnt").readlink())))
    except OSError:
        return ""  # not every runtime shows it


def _present(rows: list[Json], prefixes: list[str]) -> list[str]:
    return [row["Id"] for prefix in prefixes for row in rows if row["Id"].startswith(prefix)]


def _sharing(rows: list[Json], providers: list[str]) -> list[str]:
    modes = {f"container:{cid}" for cid in providers}
    return [row["Id"] for row in rows if (row.get("HostConfig") or {}).get("NetworkMode") in modes]


def _of_own_image(rows: list[Json]) -> list[str]:
    return [row["Id"] for row in rows if Row(row).is_ours]


async def _mount_namespaces(engine: Engine, cid: str) -> set[str]:
    return {row[-1] for row in await engine.processes(cid, "-o pid,mntns")}


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
