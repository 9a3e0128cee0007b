"""Reads the files that a client put into a container before its start: few, small, told by their times."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence

from watcher.container.recreate import (
    injected_candidates,
    is_file,
    is_injected,
    is_scratch,
    may_be_edited,
    may_be_injected,
    rerooted,
    shortlist,
)
from watcher.engine.client import Engine
from watcher.model.errors import NotFound, Refused
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.values import frozen

_MIB = 1024 * 1024
_LARGEST = _MIB
_ALL = 16 * _MIB
_HEADERS = 8192  # what a tar has beside a file's content
_AT_ONCE = 8
_SHOWN = 3


@frozen
class PutIn:
    """What was put into a container.

    Attributes:
        files: A tar of it, for `PUT archive?path=/`; empty where there is nothing.
        doubts: A line for each file that may have been put in, and is not carried over.
    """

    files: bytes = b""
    doubts: tuple[str, ...] = ()


async def put_in(engine: Engine, container: Json, noted: Mapping[str, str] | None = None) -> PutIn:
    """Read what was put into a container.

    Args:
        engine: Where it is.
        container: As inspected.
        noted: What `injected` told of it early in its life; None where nobody asked then.

    Raises:
        Refused: The files are too large to be Compose's.
    """
    if not may_be_injected(container):
        return PutIn()
    stats, left_out = await _changes(engine, container)
    injected = [path for path, stat in stats.items() if _is_meant(path, stat, container, noted)]
    changed = sorted(path for path in stats if path not in injected and is_file(stats[path]))
    own = [path for path in changed if may_be_edited(path, stats[path])]
    others = [path for path in changed if path not in own and not is_scratch(path)]
    doubts = (*_changed(own), *_untold(others), *_crowded(left_out))
    return PutIn(rerooted(await _archives(engine, container, injected)) if injected else b"", doubts)


async def injected(engine: Engine, container: Json) -> dict[str, str]:
    """When each of the files that were put into a container was written (RFC 3339), by its path.

    The times of the files tell it, and a process in the container may set them as it likes. So the answer is
    worth the more, the earlier in the container's life it is asked for.
    """
    if not may_be_injected(container):
        return {}
    stats, _ = await _changes(engine, container)
    return {path: stat["mtime"] for path, stat in stats.items() if is_injected(path, stat, container)}


def _is_meant(path: str, stat: Json, container: Json, noted: Mapping[str, str] | None) -> bool:
    return is_injected(path, stat, container) and (noted is None or noted.get(path) == stat["mtime"])


async def _changes(engine: Engine, container: Json) -> tuple[dict[str, Json], dict[str, int]]:
    """The changed files of a container that are worth a look, and how many are left out, by directory."""
    candidates = injected_candidates(await engine.changes(container["Id"]), container)
    paths, left_out = shortlist(candidates)
    stats = await _stats(engine, container["Id"], paths)
    return {path: stats[path] for path in paths if path in stats}, left_out


async def _stats(engine: Engine, cid: str, paths: Sequence[str]) -> dict[str, Json]:
    """Look at some files at once; what went meanwhile is left out."""
    found = dict[str, Json]()

    async def look(path: str) -> None:
        with contextlib.suppress(NotFound):
            found[path] = await engine.stat(cid, path)

    for begin in range(0, len(paths), _AT_ONCE):
        looks = [look(path) for path in paths[begin : begin + _AT_ONCE]]
        for error in filter(None, await asyncio.gather(*looks, return_exceptions=True)):
            raise error
    return found


async def _archives(engine: Engine, container: Json, paths: Sequence[str]) -> Mapping[str, bytes]:
    found, left = dict[str, bytes](), _ALL
    for path in paths:
        tar = await engine.archive(container["Id"], path, min(_LARGEST, left) + _HEADERS)
        if tar is None:
            name = Container(container).name
            raise Refused(
                f"{name} cannot be updated: the files that were put into it before its start are larger than "
                f"{_LARGEST // _MIB} MiB each or {_ALL // _MIB} MiB together ({path})",
                advice="mount them, or recreate it with `docker compose up -d --force-recreate`",
            )
        found[path] = tar
        left -= len(tar)
    return found


def _changed(changed: Sequence[str]) -> Iterator[str]:
    if changed:
        yield (
            f"{_some(changed)} changed while it ran, so that is not what Compose may have put there, and it "
            "is not carried over: `docker compose up -d --force-recreate` puts there what should be"
        )


def _untold(changed: Sequence[str]) -> Iterator[str]:
    if changed:
        yield (
            f"{_some(changed)} changed while it ran: whether Compose put it there (a config whose `mode:` "
            "lets it be written to) cannot be told, and it is not carried over: if that is missing, "
            "`docker compose up -d --force-recreate` puts it there"
        )


def _crowded(left_out: Mapping[str, int]) -> Iterator[str]:
    if left_out:
        yield (
            f"{sum(left_out.values())} files were changed in {_some([*left_out])}: too many to tell "
            "whether Compose put one of them there, and none is carried over"
        )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
