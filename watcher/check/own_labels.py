"""Which labels of a container are its own, and which only its image's; the engine merges both.

An image is a stranger's, and must neither opt its containers in nor steer them. So a label that this program
reads counts only where the container bears it itself: where its value differs from the image's, or the image
has not got it. This is the one place that tells; everything above it sees containers with their own labels.

Compose writes some of its labels into the images that it builds, too, so equality says nothing about those.
Whether Compose made the container is told by a label that no image can foresee: `com.docker.compose.image`
holds the image's own id; else by any label that is the container's own. Compose writes all labels that are
read here anew.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping

from watcher.config.policy import refuse_unknown_labels
from watcher.config.stop_timeout import labelled
from watcher.engine.client import Engine
from watcher.engine.endpoint import Endpoint
from watcher.engine.images import known_image
from watcher.model.errors import EngineError, EngineUnavailable, UnknownName
from watcher.model.inspection import Container, config_of
from watcher.model.json_object import Json
from watcher.model.labels import (
    COMPOSE_IMAGE,
    COMPOSE_PREFIX,
    ENABLE,
    HOOK_PREFIX,
    LABEL_PREFIX,
    LABELS_OF_IMAGE,
    ORCHESTRATORS,
    is_composes,
    is_one_off,
    is_ours,
)
from watcher.model.listing import Row
from watcher.model.names import Marker, name_of
from watcher.model.watchtower import COUNTS, PREFIX, without_counterpart
from watcher.model.watchtower_hooks import LIMIT, NAMES, commands_of

READ = (LABEL_PREFIX, COMPOSE_PREFIX, *ORCHESTRATORS)
_SHOWN, _LONGEST = 3, 60

Labels = Mapping[str, str]


class OwnLabels(Engine):
    """The engine, whose containers bear no label of their image's that this program would read.

    Args:
        endpoint: Where the engine listens.
        counts: Whether settings of ours count that come from an image alone.

    Attributes:
        recall: Gives what is remembered of an image, by its id, whose content never changes.
        keep: Remembers an image of a container that opted in.
        reads: What the labels begin with that this program reads.
    """

    reads: tuple[str, ...] = READ

    def __init__(self, endpoint: Endpoint, *, counts: bool = False) -> None:
        super().__init__(endpoint)
        self.recall: Callable[[str], Json | None] = lambda _: None
        self.keep: Callable[[Json], Awaitable[None]] = _forgotten
        self._counts = counts
        self._known: dict[str, Labels] = {}

    async def containers(self, *, stopped: bool = False, **filters: str) -> list[Json]:
        """GET /containers/json, with the labels that are the containers' own."""
        rows = await super().containers(stopped=stopped, **filters)
        if stopped and not filters:
            used = {row["ImageID"] for row in rows}
            for image_id in self._known.keys() - used:
                del self._known[image_id]
        return [row | await self._told(row, row["ImageID"], row["Image"], Row(row).labels) for row in rows]

    async def container(self, name_or_id: str) -> Json:
        """GET /containers/{id}/json, with the labels that are its own."""
        found = await super().container(name_or_id)
        about = found["Image"], found["Config"]["Image"], found["Config"].get("Labels")
        told = await self._told(found, *about)
        config = found["Config"] | {"Labels": told.pop("Labels", found["Config"].get("Labels"))}
        return found | told | {"Config": config}

    def chosen_time(self, container: Json) -> int | None:
        """Seconds that a container's own label gives it for any stop; None where no label does."""
        return labelled(Container(container).labels)

    async def _told(self, about: Json, image_id: str, reference: str, labels: Labels | None) -> Json:
        """The labels that are a container's own, and those settings of its image that do not count."""
        read = {name for name in labels or {} if name.startswith(self.reads)}
        ids = {image_id, (about.get("ImageManifestDescriptor") or {}).get("digest") or image_id}
        if not labels or not read or (_all_composes(read) and labels.get(COMPOSE_IMAGE) in ids):
            return {}
        baked = await self._labels_of(image_id, reference, keeps=ENABLE in labels)
        given = foreign(labels, baked, ids, counts=self._counts, reads=self.reads)
        own = {name: value for name, value in labels.items() if name not in given}
        ignored = {name: labels[name] for name in sorted(given) if _is_setting(name)}
        return {"Labels": own, LABELS_OF_IMAGE: ignored}

    async def _labels_of(self, image_id: str, reference: str, *, keeps: bool) -> Labels:
        """The labels of an image; none where nobody knows it any more."""
        if image_id not in self._known:
            known = self.recall(image_id)
            image = known or await self._inspected(image_id, reference)
            if image is None:
                return {}
            if keeps and not known:
                await self.keep(image)
            self._known[image_id] = config_of(image).get("Labels") or {}
        return self._known[image_id]

    async def _inspected(self, image_id: str, reference: str) -> Json | None:
        """An image: by the reference, which a judgement asks for too, where the reference still means it."""
        for name in dict.fromkeys((reference, image_id)):
            try:
                image = await known_image(self, name)
            except EngineUnavailable:
                raise
            except EngineError:
                continue
            if image and image["Id"] == image_id:
                return image
        return None


async def _forgotten(_: Json) -> None:
    """Remember nothing."""


def foreign(
    labels: Labels,
    image: Labels,
    ids: Collection[str],
    *,
    counts: bool = False,
    reads: tuple[str, ...] = READ,
) -> set[str]:
    """The names of those labels that this program reads and that come from the image alone.

    Args:
        labels: The container's, as the engine shows them.
        image: The image's.
        ids: What the image is called by its content.
        counts: Whether settings of ours count all the same.
        reads: What the labels begin with that this program reads.
    """
    equal = {name for name in labels if name.startswith(reads) and image.get(name) == labels[name]}
    if labels.get(COMPOSE_IMAGE) in ids or is_composes(labels, image):
        equal = {name for name in equal if not name.startswith(COMPOSE_PREFIX)}
    return {name for name in equal if not (counts and (is_ours(name) or name.startswith(PREFIX)))}


def remarks(container: Json, *, every: bool = False, hooks: bool = True) -> Iterator[str]:
    """What people should know of a container's labels, a line each.

    Args:
        container: As this engine lists or inspects it.
        every: Whether every container is followed that does not opt out.
        hooks: Whether hooks run.
    """
    if ignored := container.get(LABELS_OF_IMAGE):
        shown = ", ".join(repr(f"{name}={value}"[:_LONGEST]) for name, value in [*ignored.items()][:_SHOWN])
        advice = "CTR_UPDATER_IMAGE_LABELS=true lets them count"
        yield f"labels of its image count for nothing: {shown} - {advice}"
    labels: Labels = container.get("Labels") or (container.get("Config") or {}).get("Labels") or {}
    ours = sorted(name for name, value in labels.items() if is_ours(name) and value.strip())
    if ours and ENABLE not in ours and not every:
        yield f"it is not followed: {_mistake(labels) or f'it has {ours[0]}, but not {ENABLE}=true'}"
    elif not hooks and (idle := _of_hooks(labels, counts=COUNTS in container)):
        have = "has" if len(idle) == 1 else "have"
        yield f"hooks do not run, so {', '.join(idle)} {have} no effect - CTR_UPDATER_HOOKS=true lets them"
    if COUNTS in container and (unmet := without_counterpart(labels)):
        yield f"labels of Watchtower's that have no counterpart here: {', '.join(map(repr, unmet[:_SHOWN]))}"


def doubts(
    rows: Iterable[Json], own: str | None, *, every: bool = False, hooks: bool = True
) -> Iterator[tuple[str, str]]:
    """The remarks on the labels of all containers, with their names; none on jobs of `docker compose run`.

    Args:
        rows: As this engine lists them.
        own: The id of the container that this program runs in.
        every: As in `remarks`.
        hooks: As in `remarks`.
    """
    for row in rows:
        is_told = row["Id"] != own and not Marker.parse(name_of(row)) and not is_one_off(Row(row).labels)
        found = remarks(row, every=every, hooks=hooks) if is_told else ()
        yield from ((name_of(row), line) for line in found)


def _of_hooks(labels: Labels, *, counts: bool) -> list[str]:
    """The labels of hooks: Watchtower's where they count, and ours that do not only say what these mean."""
    said = {name for name, value in labels.items() if value.strip()}
    theirs = NAMES & said if counts else frozenset()
    meant = commands_of({name: labels[name] for name in theirs})
    ours = {name for name in said if name.startswith(HOOK_PREFIX) and labels[name] != meant.get(name)}
    return sorted(theirs | (ours - {LIMIT} if theirs else ours))


def _is_setting(name: str) -> bool:
    return name.startswith((LABEL_PREFIX, PREFIX))


def _mistake(labels: Labels) -> str:
    try:
        refuse_unknown_labels(labels)
    except UnknownName as error:
        return str(error)
    return ""


def _all_composes(names: set[str]) -> bool:
    return all(name.startswith(COMPOSE_PREFIX) for name in names)
