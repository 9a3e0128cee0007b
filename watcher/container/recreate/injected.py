"""Files that a client wrote into a container before its start.

`configs: content:` and `secrets: environment:` are in no option of the container: Compose (2.40 and
before) puts them into its writable layer with `PUT archive`, right before it starts it. So does
`docker run --use-api-socket` (CLI 28.1) with the credentials. A client that makes a new container from the
options alone loses them.
"""

import copy
import io
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from watcher.container.recreate.payload import clean, section
from watcher.model.json_object import JsonView
from watcher.model.labels import COMPOSE_PROJECT

_SECRETS = "/run/secrets/"
_CREDENTIALS = "DOCKER_CONFIG=/run/secrets/docker"  # what `--use-api-socket` sets
_CREDENTIALS_FILE = "/run/secrets/docker/config.json"
_CHANGED_OR_ADDED = (0, 1)
_GO_MODE_TYPE = 0x8F280000  # directory, symlink, pipe, socket, device, character device, irregular
_WRITABLE = 0o222
_SCRATCH = ("/dev/", "/run/", "/tmp/", "/var/cache/", "/var/log/", "/var/run/", "/var/tmp/")  # noqa: S108
_NEVER = "9999-01-01T00:00:00Z"
_ROUNDING = timedelta(seconds=1)  # Compose's clock is rounded to the second
_BEFORE_START = timedelta(hours=1)  # Compose may wait so long for what a service depends on
# Compose puts a few files into a container; an application may write very many.
_CROWD = 32
_MOST = 512


def may_be_injected(container: JsonView) -> bool:
    """Whether a client that writes files made this container, so that its changes are worth reading."""
    return _is_composes(container) or _CREDENTIALS in (container["Config"].get("Env") or ())


def injected_candidates(changes: Iterable[JsonView] | None, container: JsonView) -> tuple[str, ...]:
    """Paths whose `HEAD archive` tells whether a client wrote them.

    Args:
        changes: `GET /containers/{id}/changes`; Kind 0 is changed, 1 added, 2 deleted.
        container: Inspect of the container.
    """
    if not may_be_injected(container):
        return ()
    where = "/" if _is_composes(container) else _SECRETS
    paths = [change["Path"] for change in changes or () if change["Kind"] in _CHANGED_OR_ADDED]
    parents = {path.rpartition("/")[0] for path in paths}
    mounted = [clean(mount["Destination"]) + "/" for mount in container.get("Mounts") or ()]
    return tuple(
        path
        for path in paths
        if path.startswith(where) and path not in parents and not f"{path}/".startswith(tuple(mounted))
    )


def shortlist(candidates: Sequence[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Leave out what an application wrote in crowds, and what is too much to be looked at.

    Returns:
        The paths to look at, the likeliest first; and how many were left out, by their directories.
    """
    crowds = Counter(map(_folder, candidates))
    few = [path for path in candidates if crowds[_folder(path)] <= _CROWD or path.startswith(_SECRETS)]
    few.sort(key=lambda path: (not path.startswith(_SECRETS), path.count("/")))
    chosen = few[:_MOST]
    return tuple(chosen), dict(crowds - Counter(map(_folder, chosen)))


def is_injected(path: str, stat: JsonView, container: JsonView) -> bool:
    """Whether a client put a changed file there.

    Compose's tar gives whole seconds, an application's own writes practically never; and a client's file was
    written while the container did not run: before its first start, or before its last one.

    Args:
        path: Path in the container.
        stat: The decoded `X-Docker-Container-Path-Stat`: "mode" (Go's FileMode) and "mtime" (RFC 3339).
        container: Inspect of the container.
    """
    if not is_file(stat):
        return False
    if path == _CREDENTIALS_FILE and not _is_composes(container):
        return True
    written = _time(stat["mtime"])
    return "." not in stat["mtime"] and any(
        begun - _ROUNDING <= written <= ended + _ROUNDING for begun, ended in _idle(container)
    )


def may_be_edited(path: str, stat: JsonView) -> bool:
    """Whether the loss of a changed file is worth a line, for a client may have put it there.

    Such a file lies where secrets and configs go unless told otherwise, or has the mode that Compose gives
    them unless told otherwise, which is kept when a file is written to: nobody may write to it (0444).
    """
    return path.startswith(_SECRETS) or path.count("/") == 1 or not stat["mode"] & _WRITABLE


def is_file(stat: JsonView) -> bool:
    """Whether a stat is of a plain file: of no directory, link, pipe or the like."""
    return not stat["mode"] & _GO_MODE_TYPE


def is_scratch(path: str) -> bool:
    """Whether a path is where programs keep files that they can do without: their loss is worth no line."""
    return path.startswith(_SCRATCH)


def _idle(container: JsonView) -> Iterator[tuple[datetime, datetime]]:
    """The times in which a container did not run, as far as they are known; the last may not be over yet."""
    state, created = section(container, "State"), _time(container["Created"])
    started = _time(state.get("StartedAt") or container["Created"])
    ended = _time(state.get("FinishedAt") or container["Created"])
    next_start = _time(_NEVER) if state.get("Running") is False else max(created, started)
    yield created, min(started if started > created else next_start, created + _BEFORE_START)
    if ended > created:
        yield ended, next_start


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def rerooted(archives: Mapping[str, bytes]) -> bytes:
    """One tar for `PUT archive?path=/` out of those that `GET archive?path=...` gave, owner and mode kept.

    Directories that are missing are made by the engine; those that exist keep their owner and mode since
    no directory is in the tar.

    Args:
        archives: Tar of each file by its path in the container.
    """
    files = [(path, *file) for path, archive in archives.items() for file in _files(archive)]
    return _tar((_changed(member, name=path.lstrip("/")), content) for path, member, content in files)


def stamped(archive: bytes, created: str) -> bytes:
    """A tar with the time at which its container was created.

    By that time the next update recognises the files in the successor, as `is_injected` did in the old one.

    Args:
        archive: What `rerooted` gave.
        created: `Created` of the container that it is put into.
    """
    moment = int(_time(created).timestamp())
    return _tar((_changed(member, mtime=moment), content) for member, content in _files(archive))


def _is_composes(container: JsonView) -> bool:
    return COMPOSE_PROJECT in section(container["Config"], "Labels")


def _files(archive: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member)
            yield member, content.read() if content else b""


def _tar(files: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content in files:
            tar.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _changed(member: tarfile.TarInfo, **fields: Any) -> tarfile.TarInfo:
    """Extended headers win over the fields that they repeat, and must go with them.

    `TarInfo.replace` came with 3.11.4; Debian 12 has 3.11.2.
    """
    changed = copy.copy(member)
    for name, value in fields.items():
        setattr(changed, name, value)
    changed.pax_headers = {k: v for k, v in member.pax_headers.items() if k not in ("path", "mtime")}
    return changed


def _time(text: str) -> datetime:
    """Go's RFC 3339; of its nine digits of a second, the six that are read are enough here."""
    return datetime.fromisoformat(text)
