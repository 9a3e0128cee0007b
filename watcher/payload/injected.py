"""Files that Compose wrote into a container before its start.

`configs: content:` and `secrets: environment:` are in no option of the container: Compose (2.40 and
before) puts them into its writable layer with `PUT archive`, right before it starts it. Whoever makes a
new container from the options alone loses them.
"""

import io
import tarfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from watcher.payload.values import Json, clean, section

_SECRETS = "/run/secrets/"
_CHANGED_OR_ADDED = (0, 1)
_GO_MODE_TYPE = 0x8F280000  # directory, symlink, pipe, socket, device, character device, irregular
_ROUNDING = timedelta(seconds=1)  # Compose's clock is rounded to the second


def injected_candidates(changes: Iterable[Json] | None, container: Json) -> tuple[str, ...]:
    """Paths whose `HEAD archive` tells whether Compose wrote them.

    Args:
        changes: `GET /containers/{id}/changes`; Kind 0 is changed, 1 added, 2 deleted.
        container: Inspect of the container. Only Compose's own have any.
    """
    if "com.docker.compose.project" not in section(container["Config"], "Labels"):
        return ()
    paths = [change["Path"] for change in changes or () if change["Kind"] in _CHANGED_OR_ADDED]
    parents = {path.rpartition("/")[0] for path in paths}
    mounted = [clean(mount["Destination"]) + "/" for mount in container.get("Mounts") or ()]
    return tuple(path for path in paths if path not in parents and not f"{path}/".startswith(tuple(mounted)))


def is_injected(path: str, stat: Json, container: Json) -> bool:
    """Whether a changed file is one that Compose put there.

    Compose's tar gives whole seconds, an application's own writes practically never; and no file of this
    container is older than it, but those of the image and of the archives that are unpacked in it. What
    lies in /run/secrets is taken in any case: better once too often than to lose a secret.

    Args:
        path: Path in the container.
        stat: The decoded `X-Docker-Container-Path-Stat`: "mode" (Go's FileMode) and "mtime" (RFC 3339).
        container: Inspect of the container.
    """
    if stat["mode"] & _GO_MODE_TYPE:
        return False
    if path.startswith(_SECRETS):
        return True
    written = _time(stat["mtime"])
    created, started = _time(container["Created"]), _time(section(container, "State").get("StartedAt") or "")
    return "." not in stat["mtime"] and created - _ROUNDING <= written <= max(created, started) + _ROUNDING


def rerooted(archives: Mapping[str, bytes]) -> bytes:
    """One tar for `PUT archive?path=/` out of those that `GET archive?path=...` gave, owner and mode kept.

    Directories that are missing are made by the engine; those that exist keep their owner and mode since
    none is in the tar.

    Args:
        archives: Tar of each file by its path in the container.
    """
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as whole:
        for path, archive in archives.items():
            with tarfile.open(fileobj=io.BytesIO(archive)) as single:
                for member in single:
                    content = single.extractfile(member)
                    whole.addfile(_at(member, path), content)
    return target.getvalue()


def _at(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo:
    headers = {key: value for key, value in member.pax_headers.items() if key != "path"}
    moved = member.replace(name=path.lstrip("/"), deep=True)
    moved.pax_headers = headers
    return moved


def _time(text: str) -> datetime:
    """Go's RFC 3339 with up to nine digits; Python 3.11 reads six, and the rest does not matter here."""
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
