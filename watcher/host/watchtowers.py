"""The Watchtowers that run on an engine: what one of them updates is only told of here, as long as it runs.

A caller that has just had the list of all containers shows it here (`see`); from then on it is known of each
container whether a Watchtower updates it. Where none runs that costs no request, and imports nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import Container, reference_of
from watcher.model.json_object import Json
from watcher.model.labels import LABELS_OF_IMAGE
from watcher.model.listing import Row
from watcher.model.names import name_of
from watcher.model.values import frozen
from watcher.model.watchtower import IMAGE_LABEL

if TYPE_CHECKING:
    from watcher.config.watchtower import Options

_SHOWN = 5


@frozen
class Watchtower:
    """A Watchtower that runs.

    Attributes:
        name: Its container's.
        options: What it was told.
    """

    name: str
    options: "Options"


class Watchtowers:
    """The Watchtowers of one engine, as they were last seen."""

    def __init__(self) -> None:
        self._options: dict[
            str, Options | None
        ] = {}  # by a container's id: they never change; None: it is none
        self._running: tuple[Watchtower, ...] = ()

    async def see(self, engine: Engine, rows: list[Json]) -> None:
        """Learn which ones run, and what they were told.

        Args:
            engine: Where they are.
            rows: GET /containers/json, of all containers.
        """
        found = {row["Id"]: name_of(row) for row in rows if _may_be(row)}
        for cid in self._options.keys() - found.keys():
            del self._options[cid]
        for cid in found.keys() - self._options.keys():
            await self._learn(engine, cid)
        told = ((name, self._options.get(cid)) for cid, name in found.items())
        self._running = tuple(Watchtower(name, options) for name, options in told if options)

    def at(self, container: Json) -> str:
        """The name of a Watchtower that updates a container, listed or inspected; empty where none does."""
        return next((each.name for each in self._running if _updates(each, container)), "")

    def remarks(self, container: Json) -> Iterator[str]:
        """What people should know of a container that is followed, where a Watchtower updates it."""
        if name := self.at(container):
            yield f"the Watchtower {name} updates it, so that the daemon only tells, until that is gone"

    def beside(self, ours: Iterable[Json]) -> Iterator[tuple[str, list[str]]]:
        """Each Watchtower that updates some of the followed containers, and the names of these.

        Args:
            ours: The rows of the followed containers.
        """
        rows = [*ours] if self._running else []
        for each in self._running:
            if names := sorted(name_of(row) for row in rows if _updates(each, row)):
                yield each.name, names

    async def _learn(self, engine: Engine, cid: str) -> None:
        """Read what a Watchtower was told; where the engine does not tell, as little as there is."""
        from watcher.config.watchtower import Options

        try:
            self._options[cid] = _told(await engine.container(cid))
        except EngineUnavailable:
            raise
        except NotFound:
            return
        except EngineError:
            self._options[cid] = Options()


def said(watchtower: str, names: Sequence[str]) -> str:
    """That a Watchtower updates containers that are followed here, as a line for people."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    who = ", ".join(names[:_SHOWN])
    return (
        f"the Watchtower {watchtower} updates {who}{more}: the daemon only tells of these, until that is gone"
    )


def _may_be(row: Json) -> bool:
    """Whether a listed container runs and may be a Watchtower; its image is an id once the tag moved."""
    return Row(row).is_up and ("/watchtower" in row["Image"] or _says_so(Row(row).labels))


def _says_so(labels: Mapping[str, str]) -> bool:
    return labels.get(IMAGE_LABEL) == "true"


def _told(container: Json) -> "Options | None":
    """What a Watchtower was told; None where the container is no Watchtower.

    A Watchtower by its label alone must be able to reach an engine: else any image could keep updates off
    others.
    """
    from watcher.config.watchtower import is_watchtower, options_of
    from watcher.dependencies.engine_access import socket_of

    options = options_of(container)
    if is_watchtower(reference_of(container)):
        return options
    reaches = bool(socket_of(container) or options.text("host"))
    return options if reaches and _says_so(Container(container).labels) else None


def _updates(watchtower: Watchtower, container: Json) -> bool:
    from watcher.config.watchtower_choice import Candidate, updates

    is_listed = "Config" not in container
    view = Row(container) if is_listed else Container(container)
    labels = {**(container.get(LABELS_OF_IMAGE) or {}), **view.labels}
    image = str(container["Image"]) if is_listed else reference_of(container)
    return updates(watchtower.options, Candidate(view.name, image, labels))
