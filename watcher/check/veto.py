"""Whether a container's veto file exists; asks the engine, runs nothing inside.

The engine looks into a container's own files, its volumes and what is mounted from the host, also while it
does not run; but into no tmpfs (20.10 to 28.5), where it finds no file even if there is one. So a path on a
tmpfs is refused, rather than taken for a file that is not there.
"""

from collections.abc import Iterator, Mapping
from posixpath import join

from watcher.check.eligibility import For, Wait
from watcher.config.policy import Policy
from watcher.config.setting import label
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound, UnreadableSetting
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.quoting import cut

_LABEL = label("veto_file")
_NEVER_SEEN = ("/dev", "/proc", "/sys")  # the engine mounts one there in each container


async def vetoed(engine: Engine, container: Json, policy: Policy) -> Wait | None:
    """The wait for a container's own veto; None where it names no veto file, or the file is not there.

    Args:
        engine: Where it is.
        container: As inspected.
        policy: Its settings.

    Raises:
        UnreadableSetting: The path lies on a tmpfs.
        EngineError: The engine does not tell.
    """
    path = policy.veto_file
    if not path:
        return None
    try:
        is_there = await _is_there(engine, container, path)
    except EngineUnavailable:
        raise
    except EngineError as error:
        what = f"{Container(container).name}: whether its veto file {cut(path)} is there cannot be told"
        raise EngineError(
            f"{what}: {error.message}", status=error.status, advice=error.advice or f"mend that, or {_LABEL}"
        ) from error
    return Wait(For.VETO, f"its veto file {cut(path)} is there") if is_there else None


async def _is_there(engine: Engine, container: Json, path: str) -> bool:
    """Whether a path is there: each directory above it is asked for, for one may be a link to a tmpfs."""
    mounts = _mounts(container)
    here = _mount(mounts, path) or "/"
    *above, last = path.removeprefix(here).strip("/").split("/")
    try:
        for part in above:
            here = join(here, part)
            _refuse_unseen(mounts, here, path)
            here = (await engine.stat(container["Id"], here)).get("linkTarget") or here
        _refuse_unseen(mounts, join(here, last), path)
        await engine.stat(container["Id"], join(here, last))
    except NotFound:
        return False
    return True


def _refuse_unseen(mounts: Mapping[str, bool], here: str, path: str) -> None:
    """Refuse a path that lies on a mount into which the engine does not look."""
    on = _mount(mounts, here)
    if mounts.get(on):
        expected = f"an absolute path into which the engine can look, and {on} is a tmpfs: use a volume"
        raise UnreadableSetting(_LABEL, path, expected)


def _mount(mounts: Mapping[str, bool], path: str) -> str:
    """The mount that a path lies on; empty where it is none."""
    return max((each for each in mounts if _is_below(path, each)), key=len, default="")


def _mounts(container: Json) -> dict[str, bool]:
    """The mounts of a container: where each is, and whether it is a tmpfs."""
    return dict.fromkeys(_NEVER_SEEN, True) | dict(_mounted(container))


def _mounted(container: Json) -> Iterator[tuple[str, bool]]:
    for each in container.get("Mounts") or []:
        yield each["Destination"].rstrip("/"), each.get("Type") == "tmpfs"
    for where in container["HostConfig"].get("Tmpfs") or {}:
        yield where.rstrip("/"), True


def _is_below(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")
