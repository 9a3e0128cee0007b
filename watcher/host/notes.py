"""Notes of open updates: what it takes to make their containers and networks anew.

A prune (`docker system prune`, by cron) between the stop of an old container and the start of its successor
removes both, for neither runs then. So before the first stop all that their making takes is noted, in a file
per update that goes with the update's end. It holds values of environments: nobody else may read it.
"""

import base64
import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Self

from attrs import asdict, evolve, field

from watcher.container.recreate import Payload
from watcher.container.successor import Draft
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.model.values import frozen
from watcher.store import file_lock
from watcher.store.keys import Key
from watcher.store.records import Records, older

_KIND = "open"
_KEPT_S = 24 * 3600.0  # an updater that still tries writes it anew


@frozen
class Noted:
    """One container of an update.

    Attributes:
        marker: Its successor's temporary name.
        old: Its id.
        kept: The id of the old container, or of its spare: what the update goes back to.
        new: The id of its successor.
        back: What makes the old container anew, or its spare; None where its image was gone already.
        on: What makes the successor anew.
        origin: A reference by digest that its image can be pulled by, should the image go, too; or empty.
        again: The id of the container that was made anew of it, or empty.
    """

    marker: Marker
    old: str
    kept: str
    new: str
    back: Draft | None
    on: Draft
    origin: str = ""
    again: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the containers that the update could go back to, the latest first."""
        return tuple(dict.fromkeys(cid for cid in (self.again, self.kept, self.old) if cid))

    def holds_on(self, other: "Noted") -> bool:
        """Whether the container, or its successor, holds on to a provider that is replaced with it."""
        text = json.dumps([draft.payload.body for draft in (self.back, self.on) if draft])
        return self.kept != other.kept and (other.old in text or other.new in text)


@frozen
class Note:
    """What was noted of one update.

    Attributes:
        name: The name of the container that is updated.
        since: Seconds since the epoch by the engine's clock, before the first stop.
        parts: This container and its dependents, providers first.
        networks: What makes their networks anew, by their ids.
    """

    name: str
    since: float
    parts: tuple[Noted, ...]
    networks: Mapping[str, Json] = field(factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The names of all containers of the update."""
        return frozenset(part.marker.name for part in self.parts) | {self.name}

    def renewed(self, part: Noted, again: str) -> Self:
        """The note with the id of the container that was made anew for a part."""
        parts = [evolve(each, again=again) if each.kept == part.kept else each for each in self.parts]
        return evolve(self, parts=tuple(parts))

    def without(self, part: Noted) -> Self:
        """The note without a part that somebody removed on purpose."""
        return evolve(self, parts=tuple(each for each in self.parts if each.kept != part.kept))


class Notes:
    """The notes of the open updates of one engine; what cannot be written is kept by this process alone.

    Args:
        folder: The state folder.
        identify: Asks for the engine's id.
    """

    def __init__(self, folder: Path, identify: Callable[[], Awaitable[str]]) -> None:
        self._records = Records(folder)
        self._identify = identify
        self._said = False

    def said_once(self) -> str:
        """Why something could not be written; empty where all could, or where people were told already."""
        fault = self._records.fault
        why = "" if self._said else fault
        self._said = bool(fault)
        return why

    async def keep(self, note: Note) -> None:
        """Note an update, or what has changed of it."""
        path = await self._path(note.name)
        with contextlib.suppress(OSError):
            for folder in (path.parent.parent, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._records.write(path, asdict(note, value_serializer=_plain))
        with contextlib.suppress(OSError):
            _sync(path.parent)

    async def drop(self, note: Note) -> None:
        """Forget an update that is over."""
        self._records.write(await self._path(note.name), None)

    async def clear(self) -> None:
        """Forget updates of long ago that nobody is at work on, and drafts of files."""
        engine = await self._identify()
        claims = self._records.folder("locks", engine)
        for path in older(self._records.folder(_KIND, engine), _KEPT_S):
            with contextlib.suppress(OSError), file_lock.locked(claims / path.stem) as is_ours:
                if is_ours:
                    path.unlink()

    async def names(self) -> frozenset[str]:
        """The names of all containers of open updates that were noted."""
        return frozenset().union(*(note.names for note in await self._all()))

    async def with_it(self, name: str) -> frozenset[str]:
        """The names of all containers that are updated together with one, as far as notes tell."""
        return frozenset().union(*(note.names for note in await self.of(name)))

    async def of(self, name: str) -> list[Note]:
        """What is noted of the updates that a container is part of."""
        return [note for note in await self._all() if name in note.names]

    async def _path(self, name: str) -> Path:
        return self._records.path(_KIND, Key(await self._identify(), name))

    async def _all(self) -> list[Note]:
        """What is noted; a file that cannot be read, or is no note, says nothing."""
        found = map(self._records.read, self._records.within(_KIND, await self._identify()))
        return [note for each in found if each and (note := _note(each))]


def _sync(folder: Path) -> None:
    """See to it that a power cut does not take back what was done in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(_: object, __: object, value: Any) -> Any:
    """What JSON has no word for: bytes, sets, and markers, which are names."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case frozenset():
            return sorted(value)
        case Marker():
            return str(value)
        case _:
            return value


def _note(found: Json) -> Note | None:
    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, OverflowError):
        parts, since = tuple(map(_noted, found["parts"])), float(found["since"])
        if _are_texts(found["name"]) and isinstance(found.get("networks", {}), dict):
            return Note(**found | {"parts": parts, "since": since})
    return None


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _noted(found: Json) -> Noted:
    marker = Marker.parse(found["marker"])
    texts = (found[key] for key in ("old", "kept", "new"))
    if marker is None or not _are_texts(*texts, found.get("origin", ""), found.get("again", "")):
        raise ValueError(found["marker"])
    back = _draft(found["back"]) if found["back"] else None
    return Noted(**found | {"marker": marker, "back": back, "on": _draft(found["on"])})


def _draft(found: Json) -> Draft:
    payload = found["payload"]
    networks, assumed = frozenset(payload["networks"]), tuple(payload["assumed"])
    return Draft(
        Payload(**payload | {"networks": networks, "assumed": assumed}),
        found["image"],
        base64.b64decode(found["files"]),
    )
