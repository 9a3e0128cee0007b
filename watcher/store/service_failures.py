"""The digests that Swarm services are not to be tried with again, and the rollouts that were begun.

Kept for as long as the state directory. Of a rollout the swarm tells as long as it is under way; once it has
gone back by itself, only this does.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import get_args

from attrs import asdict

from watcher.model.json_object import Json
from watcher.model.update_events import By
from watcher.model.values import frozen
from watcher.store.failures import Failure, failure_of
from watcher.store.keys import Key
from watcher.store.records import Records

_KIND = "failed-services"
_BEGUN = "rollouts"
_EXCUSED = "spared-services"  # as it was called: what is stored stays


@frozen
class Begun:
    """A rollout that the swarm was about to be told.

    Attributes:
        rollout: The rollout, as the label says it; empty for none.
        by: Who asked for it; None where nobody knows.
        goes_back: Whether it was asked for as a rollback.
    """

    rollout: str = ""
    by: By | None = None
    goes_back: bool = False


class ServiceFailures:
    """What failed in the services of one swarm.

    Args:
        records: Where it is kept.
        key: Gives the key of a service by its id.
    """

    def __init__(self, records: Records, key: Callable[[str], Awaitable[Key]]) -> None:
        self._records = records
        self._key = key

    async def of(self, service_id: str) -> Failure | None:
        """What a service is not to be tried with again: a service's id is no other one's, on any node."""
        found = map(self._records.read, self._records.of_any_engine(_KIND, service_id))
        return next(filter(None, map(failure_of, found)), None)

    async def keep(self, service_id: str, digest: str, reason: str) -> None:
        """Remember that a digest failed in a service, in the place of what failed before."""
        self._drop(_KIND, service_id)
        self._drop(_EXCUSED, service_id)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        path = self._records.path(_KIND, await self._key(service_id))
        self._records.write(path, asdict(Failure(digest, reason, when)))

    async def forget(self, service_id: str, digest: str) -> None:
        """Let a service be tried with a digest that has proved itself after all."""
        self._drop(_EXCUSED, service_id)  # a person who has the service go back from now on means it
        found = await self.of(service_id)
        if found and found.image == digest:
            self._drop(_KIND, service_id)

    async def excuse(self, service_id: str, digest: str) -> None:
        """Remember that a service went back from a digest that was not to blame: of each service the last."""
        self._records.write(self._records.path(_EXCUSED, await self._key(service_id)), {"digest": digest})

    async def is_excused(self, service_id: str, digest: str) -> bool:
        """Whether a digest may be tried again though the swarm tells that a service went back from it."""
        found = map(self._records.read, self._records.of_any_engine(_EXCUSED, service_id))
        return any(each is not None and each.get("digest") == digest for each in found)

    async def begin(self, service_id: str, begun: Begun) -> None:
        """Note a rollout that the swarm is about to be told."""
        self._records.write(self._records.path(_BEGUN, await self._key(service_id)), asdict(begun))

    async def begun(self, service_id: str) -> Begun:
        """The rollout of a service that was begun last, and whose end nobody has recorded."""
        return _begun(self._records.read(self._records.path(_BEGUN, await self._key(service_id))) or {})

    async def end(self, service_id: str) -> None:
        """Forget the rollout of a service, whose end is recorded."""
        self._records.write(self._records.path(_BEGUN, await self._key(service_id)), None)

    def _drop(self, kind: str, service_id: str) -> None:
        for path in self._records.of_any_engine(kind, service_id):
            self._records.write(path, None)


def _begun(found: Json) -> Begun:
    """A record; anybody may have written it, and an older one tells the rollout alone."""
    by = next((each for each in get_args(By) if each == found.get("by")), None)
    return Begun(str(found.get("rollout", "")), by, found.get("goes_back") is True)
