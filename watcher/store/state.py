"""What must outlive a restart and no engine holds: images that failed, and configurations of images.

A folder of small JSON files (`records`), which several engines may share. Where the folder cannot be written,
people are told so each time that it begins; what it would hold is kept while the process lives, and the
engine tells which updates were cut short.
"""

import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict, evolve

from watcher.model.errors import EngineError
from watcher.model.json_object import Json
from watcher.model.names import without_algorithm
from watcher.store.claims import Claims
from watcher.store.database import Database
from watcher.store.decisions import DecisionStore
from watcher.store.failures import (
    Failure,
    Injected,
    LastQuestion,
    Seen,
    asked_of,
    failure_of,
    injected_of,
    seen_of,
)
from watcher.store.gate_answers import KIND as GATES
from watcher.store.gate_answers import GateAnswers
from watcher.store.kept import FormerImages
from watcher.store.keys import Key, file_name
from watcher.store.records import Records

if TYPE_CHECKING:
    from watcher.store.history import History
    from watcher.store.service_failures import ServiceFailures

_OF_AN_IMAGE = ("Id", "Os", "Architecture", "Variant", "Config")
_YOUNG_S = 3600.0  # what is newer may be of an update that is under way
_TAGS_KEPT_S = 30 * 86400.0
_CLEAR_EVERY_S = 3600.0
_UNASKED = ""  # an engine that was away before it could be asked for its id
_SET_S = 30.0  # less is a clock that is kept right


def elapsed() -> float:
    """Seconds since some moment of this boot, those that the machine slept included; nobody can set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Memory:
    """The state folder, as one engine's.

    A failure is that of a container, by its id: a container that a person makes anew under the same name does
    not inherit it, and a successor that an update of ours makes does (`carry`).

    Args:
        folder: Where it is.
        identify: Asks for the engine's id.

    Attributes:
        has_said: Whether people were told that something cannot be kept, and it still cannot.
        database: What is kept in tables.
        former: Which images containers ran before.
        claims: Which containers no other process of this machine may update meanwhile.
    """

    def __init__(self, folder: Path, identify: Callable[[], Awaitable[str]]) -> None:
        self.database = Database(folder)
        self._records = Records(folder)
        self.former = FormerImages(self._records, self.key)
        self.claims = Claims(folder, identify)
        self._identify = identify
        self._began: dict[Path, float] = {}
        self._seen: dict[Path, Seen] = {}
        self._engine_id = ""
        self.has_said = False
        self._cleared: tuple[frozenset[str], float] = (frozenset(), -math.inf)

    def said_once(self) -> str:
        """Why something could not be kept; empty where all could, or where people were told already."""
        fault = self._records.tried() or self.claims.fault
        why = "" if self.has_said else fault
        self.has_said = bool(fault)
        return why

    @cached_property
    def services(self) -> "ServiceFailures":
        """Which images failed in Swarm services."""
        from watcher.store.service_failures import ServiceFailures

        return ServiceFailures(self._records, self.key)

    @cached_property
    def history(self) -> "History":
        """What became of each attempt at an update."""
        from watcher.store.history import History

        return History(self.database, self.key)

    @cached_property
    def gates(self) -> GateAnswers:
        """What gates said of images."""
        return GateAnswers(self._records, self.database, self.key)

    @cached_property
    def decisions(self) -> DecisionStore:
        """What people decided of containers: to hold them, or to let an image go ahead."""
        return DecisionStore(self.database, self.key)

    def unsaid(self) -> list[str]:
        """Lines about the database, each once; losses alone where nothing at all can be kept, as was said."""
        return self.database.unsaid(losses_alone=self.has_said)

    async def failure(self, cid: str, name: str) -> Failure | None:
        """The image that a container is not to be tried with again.

        Args:
            cid: The container's id.
            name: Its name, by which an older version kept what failed.
        """
        # An engine that a proxy keeps us from asking has another id, and a container's id is no other one's.
        for path in (*await self._failed(cid), *self._records.of_any_engine("failed", cid)):
            if found := failure_of(self._records.read(path)):
                return found
        old = self._records.old_path("failed", name)
        if found := failure_of(self._records.read(old)):
            await self._keep(cid, found)
            self._records.write(old, None)
        return found

    async def keep_failure(self, cid: str, image: str, reason: str) -> None:
        """Remember that an image failed in the place of a container."""
        when = datetime.now(UTC).isoformat(timespec="seconds")
        await self._keep(cid, Failure(image, reason, when))

    async def forget_failure(self, cid: str) -> None:
        """Let a container be tried with any image."""
        for path in await self._failed(cid):
            self._records.write(path, None)

    async def carry(self, old: str, new: str) -> None:
        """Have the images that failed in a container count for its successor."""
        for path in await self._failed(old) if old != new else ():
            if found := failure_of(self._records.read(path)):
                await self._keep(new, found)
            self._records.write(path, None)

    async def _failed(self, cid: str) -> list[Path]:
        """Where a container's failure stands, and where it was kept if the engine could not be asked."""
        keys = dict.fromkeys((await self.key(cid), Key(_UNASKED, cid)))
        return [self._records.path("failed", key) for key in keys]

    async def _keep(self, cid: str, failure: Failure) -> None:
        self._records.write(self._records.path("failed", await self.key(cid)), asdict(failure))

    async def key(self, name: str) -> Key:
        """The key of a thing of this engine; where that went away, of the engine that it was last."""
        with contextlib.suppress(EngineError):
            self._engine_id = await self._identify()
        return Key(self._engine_id, name)

    def image(self, image_id: str) -> Json | None:
        """What is remembered of an image: the parts of its inspect that recreating a container needs."""
        key = without_algorithm(image_id)
        paths = (*self._records.of_any_engine("images", key), self._records.old_path("images", key))
        return next(filter(None, map(self._records.read, paths)), None)

    async def keep_image(self, image: Json) -> None:
        """Remember an inspected image, whose engine may drop it while containers still run from it."""
        key = without_algorithm(image["Id"])
        path = self._records.path("images", await self.key(key))
        if self._records.read(path) is None:
            self._records.write(path, {part: image[part] for part in _OF_AN_IMAGE if part in image})

    async def seen(self, tag: str) -> Seen | None:
        """What a tag was last seen to mean; where the clock was set since, `since` is by the present one."""
        path = self._records.path("seen", await self.key(tag))
        if path not in self._seen:
            self._records.touch(path)
            old = self._records.old_path("seen", file_name(tag))
            if found := seen_of(self._records.read(path)) or seen_of(self._records.read(old)):
                self._seen[path] = found
        last = self._seen.get(path)
        if last and abs(last.since - (since := self._since(path, last))) > _SET_S:
            last = self._seen[path] = evolve(last, since=since)
            self._records.write(path, asdict(last) | {"tag": tag})
        return last

    async def saw(self, tag: str, identities: Collection[str], local: str) -> Seen:
        """Note which image a tag means now; where it is another one than before, its time begins anew."""
        last, now = await self.seen(tag), time.time()
        is_same = last is not None and not {*identities}.isdisjoint(last.identities)
        since = min(last.since, now) if last and is_same else now
        seen = Seen(tuple(sorted(identities)), since, local)
        path = self._records.path("seen", await self.key(tag))
        if not is_same:
            self._began[path] = elapsed()
        if seen != last:
            self._records.write(path, asdict(seen) | {"tag": tag})
        self._records.touch(path)
        self._seen[path] = seen
        return seen

    def _since(self, path: Path, last: Seen) -> float:
        """When a tag's time began, by what has passed for this process and not by a clock that may be set."""
        began = self._began.setdefault(path, elapsed() - max(time.time() - last.since, 0))
        return time.time() - (elapsed() - began)

    async def asked(self, tag: str) -> LastQuestion | None:
        """How the last question about a tag ended; None where no daemon has asked for it."""
        return asked_of(self._records.read(self._records.path("asked", await self.key(tag))))

    async def keep_asked(self, tag: str, asked: LastQuestion) -> None:
        """Note how a question about a tag ended, for the commands that share this folder."""
        path = self._records.path("asked", await self.key(tag))
        self._records.write(path, asdict(asked) | {"tag": tag})

    async def drop_asked_but(self, tags: Iterable[str]) -> None:
        """Forget the questions about tags that this engine's daemon does not ask for any more."""
        used, engine = {file_name(tag) for tag in tags}, (await self.key("")).engine
        self._records.clear(self._records.folder("asked", engine), used.__contains__, 0)

    async def injected(self, cid: str) -> Injected | None:
        """The files that were in a container before its process ran; None where no daemon saw them then."""
        return injected_of(self._records.read(self._records.path("injected", await self.key(cid))))

    async def keep_injected(self, cid: str, injected: Injected) -> None:
        """Note the files that were in a container before its process ran."""
        self._records.write(self._records.path("injected", await self.key(cid)), asdict(injected))

    async def clear(self, containers: Collection[str], images: Collection[str]) -> None:
        """Forget what is of this engine and gone; the same containers are looked through once an hour.

        Args:
            containers: The ids of all that the engine has.
            images: The ids of all that they run from.
        """
        there, at = frozenset(containers), time.monotonic()
        if there == self._cleared[0] and at < self._cleared[1] + _CLEAR_EVERY_S:
            return
        self._cleared, engine = (there, at), await self._identify()
        used = {
            "failed": there,
            "injected": there,
            "images": set(map(without_algorithm, images)),
        }
        for kind, names in used.items():
            self._records.clear(self._records.folder(kind, engine), names.__contains__, _YOUNG_S)
        for kind in ("seen", GATES):
            self._records.clear(self._records.folder(kind, engine), lambda _: False, _TAGS_KEPT_S)
        self._began = {path: at for path, at in self._began.items() if path in self._seen}
        self._seen.clear()
        self.claims.clear(engine)
        self._records.write_again()
        await self.history.write_again()
