"""The earlier image that a container goes back to: which one is meant, and its pull where it is gone."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from watcher.check import facts
from watcher.check.judgement import Assessment, assessed
from watcher.check.verdict import Status, Verdict
from watcher.engine.images import known_image
from watcher.host.context import Context
from watcher.host.pulls import told
from watcher.model.errors import NoSuchContainer, Refused, WatcherError
from watcher.model.json_object import Json
from watcher.model.kept import Kept
from watcher.model.names import short
from watcher.model.reference import ImageRef, begins_with
from watcher.model.release import release_of

_SHOWN = 5
_MOST = 200  # rows of the history
_ADVICE = "build, load or pull it, tag it as the container's tag, and `watcher update --no-pull` it"


async def assess(context: Context, container: Json, text: str, *, fetch: bool) -> Assessment:
    """The rollback of a container, as the update to an earlier image that it is.

    Args:
        context: Where it is.
        container: As inspected.
        text: An id, the beginning of one, or a version; empty is the image that it ran before this one.
        fetch: Whether an image that is gone here may be pulled.

    Returns:
        An update to that image; none where the container runs it.

    Raises:
        NoSuchContainer: The text fits none of the images that the container ran, or several.
        Refused: There is no earlier image, or it is gone and cannot be pulled.
    """
    known = await facts.read(context, container)
    found = assessed(known)
    runs = Kept(container["Image"], 0.0, release_of(known.running).version)
    ran = await _ran(context, found.name, runs, known.earlier)
    wanted = _wanted(found.name, ran, text, container["Image"])
    if wanted.image == container["Image"]:
        why = f"it runs {_called(wanted)} already"
        return evolve(found, verdict=Verdict(Status.CURRENT, why, wanted.image, wanted.image))
    image = await known_image(context.engine, wanted.image)
    if image is None and fetch:
        image = await _pulled(context, found.name, wanted, known.platform)
    wanted = evolve(wanted, version=release_of(image).version or wanted.version)
    why = f"it ran {_called(runs)}, goes back to {_called(wanted)}"
    verdict = Verdict(Status.OUTDATED, why, container["Image"], wanted.image)
    return evolve(found, image=image, verdict=verdict, goes_back=True)


async def _ran(context: Context, name: str, runs: Kept, earlier: Iterable[Kept]) -> list[Kept]:
    """All images that a container is known to have run, the last one first; the present one at the end."""
    known = {each.image: each for each in earlier}
    engine = (await context.memory.key("")).engine
    for row in await context.memory.history.last(_MOST, name, engine):
        # What was refused, or went back, is no image that it ran, and no gate has let it pass.
        brought = row.get("new") if row.get("outcome") == "updated" else None
        for side in (row.get("old"), brought):
            image, version = _side(side)
            if image:
                known.setdefault(image, Kept(image, 0.0, version))
    known.pop(runs.image, None)
    return [*known.values(), runs]


def _side(side: object) -> tuple[str, str]:
    """One image of an attempt: its id, and its version."""
    said = side if isinstance(side, dict) else {}
    return str(said.get("id") or ""), str(said.get("version") or "")


def _wanted(name: str, ran: list[Kept], text: str, running: str) -> Kept:
    before = [each for each in ran if each.image != running]
    if not text and before:
        return before[0]
    if not text:
        raise Refused(
            f"{name} has no image to go back to: it is not known to have run another one",
            advice="`docker tag` an earlier image as its tag, and `watcher update --no-pull` it",
        )
    fitting = [*_fitting(ran, text)]
    if len(fitting) != 1:
        raise misfit(name, text, [*map(_called, fitting or ran)], is_any=bool(fitting))
    return fitting[0]


def _fitting(ran: Iterable[Kept], text: str) -> Iterator[Kept]:
    """The images that a text means: by their version, or by their id or its beginning."""
    for each in ran:
        if each.version == text or begins_with(each.image, text):
            yield each


def misfit(name: str, text: str, images: Sequence[str], *, is_any: bool) -> NoSuchContainer:
    """The error where a text does not mean one image.

    Args:
        name: The name of the container or service, as people read it.
        text: The text.
        images: The images that the text fits, or else all that are known, as people read them.
        is_any: Whether the text fits any.
    """
    shown = ", ".join(images[:_SHOWN])
    more = f" and {len(images) - _SHOWN} more" if len(images) > _SHOWN else ""
    fits = "fits several" if is_any else "fits none"
    return NoSuchContainer(f"{text!r} {fits} of the images that {name} is known to have run: {shown}{more}")


async def _pulled(context: Context, name: str, wanted: Kept, platform: str) -> Json:
    """Pull an image by its digest."""
    gone = f"{name} cannot go back to {_called(wanted)}: that image is gone here"
    if not wanted.origin:
        raise Refused(f"{gone}, and no digest of it is known", advice=_ADVICE)
    try:
        with told(context.events, wanted.origin) as progress:
            await context.registries.pull(ImageRef.parse(wanted.origin), platform, progress)
        image = await known_image(context.looking().engine, wanted.image)  # this look has seen none
    except WatcherError as error:
        raise Refused(
            f"{gone}, and its registry does not give it: {error.message}", advice=_ADVICE
        ) from error
    if image is None:
        raise Refused(f"{gone}, and {wanted.origin} is another one", advice=_ADVICE)
    return image


def _called(image: Kept) -> str:
    """An image for people: its id, and its version where it says one."""
    return f"{short(image.image)} ({image.version})" if image.version else short(image.image)
