"""Which images containers ran before: a record for each container's name, the last image first.

A container that a person makes anew under the same name may go back to what ran under it before.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterable

from attrs import asdict, evolve

from watcher.model.json_object import Json
from watcher.model.kept import Kept
from watcher.model.values import frozen
from watcher.store.keys import Key
from watcher.store.records import Records, is_moment

_KIND = "kept"
_MOST = 100


@frozen
class Former:
    """What is known of the images that a container ran.

    Attributes:
        name: The container's.
        cid: Its id, when one of them was left last.
        images: The images, the last one first.
    """

    name: str
    cid: str
    images: tuple[Kept, ...] = ()

    def left(self, image: Kept) -> "Former":
        """This record with an image that the container has just left."""
        others = tuple(each for each in self.images if each.image != image.image)
        return evolve(self, images=(image, *others)[:_MOST])


class FormerImages:
    """The records of one engine.

    Args:
        records: The records of the state directory.
        key: Gives the engine's key of a name.
    """

    def __init__(self, records: Records, key: Callable[[str], Awaitable[Key]]) -> None:
        self._records = records
        self._key = key

    async def of(self, name: str) -> Former:
        """What is known of a container; nothing where there is no record that can be read."""
        found = self._records.read(self._records.path(_KIND, await self._key(name)))
        return _former(found) or Former(name, "")

    async def keep(self, former: Former) -> None:
        """Note what is known of a container; a container of which nothing is has no record."""
        path = self._records.path(_KIND, await self._key(former.name))
        if former.images:
            self._records.write(path, asdict(former))
        elif self._records.read(path) is not None:
            self._records.write(path, None)

    async def all(self) -> list[Former]:
        """What is known of all containers of the engine."""
        paths = self._records.within(_KIND, (await self._key("")).engine)
        return [former for path in paths if (former := _former(self._records.read(path)))]


def tagged(every: Iterable[Former]) -> set[str]:
    """The ids of the images that bear our tag for any of these containers."""
    return {each.image for former in every for each in former.images if each.is_tagged}


def _former(found: Json | None) -> Former | None:
    """A record; None where it cannot be read, for anybody may have written it."""
    if found is None:
        return None
    with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
        images = tuple(map(_kept, found["images"]))
        if isinstance(found["name"], str) and isinstance(found["cid"], str):
            return Former(found["name"], found["cid"], images)
    return None


def _kept(found: Json) -> Kept:
    kept = Kept(**found)
    is_right = all(isinstance(text, str) for text in (kept.image, kept.version, kept.origin))
    if not is_right or not is_moment(kept.since) or not isinstance(kept.is_tagged, bool):
        raise ValueError(found)
    return kept
