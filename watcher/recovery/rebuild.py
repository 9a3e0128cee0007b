"""Makes anew what a prune took out of the middle of an update.

Before the first stop `noted` writes down what it takes. Afterwards `put_back` makes what went anew, under
the temporary name that the old container has in an update, so that all the rest is ordinary recovery.
"""

import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from attrs import evolve

from watcher.container import spare, successor
from watcher.container.successor import Contended, Draft
from watcher.engine.client import Engine
from watcher.host.notes import Note, Noted, Notes
from watcher.model.errors import EngineError, EngineUnavailable, NotFound, RegistryError
from watcher.model.inspection import Container, reference_of
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_PROJECT, SPARE_OF
from watcher.model.names import Marker, name_of, short
from watcher.model.reference import is_image_id, readable
from watcher.model.values import frozen
from watcher.recovery import networks
from watcher.recovery.pruned import Fate, fate
from watcher.recovery.remake import remade
from watcher.recovery.restore import restore

# Pulls an image by its reference, for a platform.
Fetch = Callable[[str, str], Awaitable[None]]

_HOW = {
    Fate.PRUNED: "a prune removed {} in the middle of its update",
    Fate.OVERTAKEN: "docker compose removed {} while the new one, which was bad, was being removed",
    Fate.FORGOTTEN: "{} went in the middle of its update, and the engine has forgotten how (where that was "
    "meant, remove it once more)",
}


@frozen
class Workshop:
    """Where containers and networks are made anew, and with what.

    Attributes:
        engine: Where they were.
        notes: What is noted of them.
        fetch: Pulls an image that was pruned with them.
    """

    engine: Engine
    notes: Notes
    fetch: Fetch


@frozen
class Mended:
    """What the repairs of an open update did: what was made anew, and what could not be.

    Attributes:
        note: As it stands now.
        lines: What happened, for people.
        is_changed: Whether something was made anew, so that recovery has more to do.
        errors: Why a container or network could not be made anew; the first is the cause.
    """

    note: Note
    lines: tuple[str, ...] = ()
    is_changed: bool = False
    errors: tuple[EngineError, ...] = ()


async def noted(engine: Engine, name: str, parts: Sequence[Noted], olds: Sequence[Json]) -> Note:
    """Write down what makes an update's containers and networks anew.

    Args:
        engine: Where they are.
        name: The name of the container that is updated.
        parts: The notes of all containers that are replaced, providers first.
        olds: The old containers, as inspected.
    """
    return Note(name, await engine.now(), tuple(parts), await networks.bodies(engine, olds))


async def part_noted(engine: Engine, old: Json, marker: Marker, ids: tuple[str, str], on: Draft) -> Noted:
    """Write down what makes one container anew, while it still runs.

    Args:
        engine: Where it is.
        old: As inspected.
        marker: Its successor's temporary name.
        ids: The ids of the old container, or its spare, and of the successor.
        on: The draft that the successor was made from.
    """
    back, origin, engine = None, "", engine.looking()
    with contextlib.suppress(NotFound):
        again = spare.drafted if marker.removes_itself else successor.same
        back = await again(engine, old, files=on.files)
        origin = origin_of(await engine.image(old["Image"]), reference_of(old))
    if marker.removes_itself:
        on = spare.as_spare(_copied(on), old)
    return Noted(marker, old["Id"], *ids, back=back, on=on, origin=origin)


def origin_of(image: Json, reference: str) -> str:
    """A reference by digest to pull an image by, or empty; with the containerd store its id is the digest.

    The repository of `reference` comes first: the containerd store notes a digest for each name of an image,
    and none for a name that means another one by now.
    """
    ref = None if is_image_id(reference, image["Id"]) else readable(reference)
    digests = {text: known for text in image.get("RepoDigests") or [] if (known := readable(text))}
    own = [text for text, known in digests.items() if ref and known.repository == ref.repository]
    if not own and ref and image.get("Descriptor"):
        return f"{ref.repository}@{image['Id']}"
    return str(next(iter([*own, *digests]), ""))


async def put_back(at: Workshop, note: Note, *, is_good: bool = False) -> Mended:
    """Make anew what went of an update, unless somebody removed it on purpose.

    What the engine refuses of one container or network keeps no other back, but for those that hold on to it.

    Args:
        at: Where, and with what.
        note: What was noted of it.
        is_good: The update has come to its end, so that a successor that has the name has proved itself.
    """
    done, unmade = Mended(note), list[Noted]()
    rows = {row["Id"] for row in await at.engine.containers(stopped=True)}
    there = [part for part in note.parts if not rows.isdisjoint((*part.ids, part.new))]
    for gone in note.networks:
        done = await _tried(done, _network_back(at, done, gone, there))
    for part in note.parts:
        known = done.errors
        if not (is_unmade := any(map(part.holds_on, unmade))):
            done = await _tried(done, _part_back(at, done, part, is_good=is_good))
        if is_unmade or done.errors != known:
            unmade.append(part)
    return done


async def _tried(done: Mended, work: Awaitable[Mended]) -> Mended:
    """Await one repair; an engine error joins the result, but for an error that ends all repairs."""
    try:
        return await work
    except (EngineUnavailable, Contended):
        raise
    except EngineError as error:
        return evolve(done, errors=(*done.errors, error))


async def _network_back(at: Workshop, done: Mended, gone: str, parts: Sequence[Noted]) -> Mended:
    line = await networks.mended(at.engine, done.note, gone, parts)
    return evolve(done, lines=(*done.lines, line), is_changed=True) if line else done


async def _part_back(at: Workshop, done: Mended, part: Noted, *, is_good: bool) -> Mended:
    here = {row["Id"]: name_of(row) for row in await at.engine.containers(stopped=True)}
    if any(cid in here for cid in part.ids):
        return await _named(at, done, part, here)
    holder = next((cid for cid in here if here[cid] == part.marker.name), "")
    if part.marker.wanted == "s" or holder not in ("", part.new):
        return done
    if holder and is_good and Container(await at.engine.container(holder)).is_running:
        return done
    dropped = part.new if _is_composes(part) and part.new in at.engine.removed else ""
    became = await fate(at.engine, "container", part.ids[0], done.note.since, dropped)
    if became is Fate.FORGOTTEN and holder:
        # As far as is known it was removed because its successor had proved itself.
        return done
    if became not in _HOW:
        return await _left(at, done, part)
    return await _made_again(at, done, part, _HOW[became].format(part.marker.name), has_new=part.new in here)


def _is_composes(part: Noted) -> bool:
    """Whether Compose made the container: it keeps one container of a service and removes the other."""
    return bool(part.back and COMPOSE_PROJECT in (part.back.payload.body.get("Labels") or {}))


async def _made_again(at: Workshop, done: Mended, part: Noted, how: str, *, has_new: bool) -> Mended:
    """Make a part anew; `has_new` says that its successor is there, which may be all that can be had."""
    draft, which = await _draft(at, done.note, part, is_needed=not has_new)
    if draft is None:
        return await _left(at, done, part, f"{how}, and its image")
    for gone in done.note.networks:
        done = await _network_back(at, done, gone, [part])
    lost = await _lost(at.engine, draft)
    again = await remade(at.engine, part, draft, is_beside_new=has_new)
    note = done.note.renewed(part, again)
    await at.notes.keep(note)
    line = f"{how}: it was made anew on {which}{lost}"
    return evolve(done, note=note, lines=(*done.lines, line), is_changed=True)


async def _left(at: Workshop, done: Mended, part: Noted, *lines: str) -> Mended:
    """Leave a part to the table of recovery: somebody meant its removal, or no more can be had."""
    note = done.note.without(part)
    await at.notes.keep(note)
    return evolve(done, note=note, lines=(*done.lines, *lines))


async def _named(at: Workshop, done: Mended, part: Noted, here: Mapping[str, str]) -> Mended:
    """Start a part that was made anew, where an updater was killed after naming and before starting it."""
    if here.get(part.again) == part.marker.name:
        again = Container(await at.engine.container(part.again))
        if again.status == "created":
            await restore(at.engine, part.again, part.marker, lambda _: {})
            return evolve(done, is_changed=True)
    return done


async def _draft(at: Workshop, note: Note, part: Noted, *, is_needed: bool) -> tuple[Draft | None, str]:
    """The draft that makes a part anew, and its image in words: its own or, where it must be, the new one."""
    if part.back and await _has_own_image(at, part, part.back):
        return _rewritten(part.back, note, part), "the image that it had"
    if not is_needed:
        return None, ""
    body = part.on.payload.body
    if not await _has_image(at.engine, body["Image"]):
        await _fetched(at, part)
    image = (await at.engine.image(body["Image"]))["Id"]
    return evolve(_rewritten(part.on, note, part), image=image), "its new image, for its own is gone"


async def _fetched(at: Workshop, part: Noted) -> None:
    lost, reference = f"{part.marker.name} is gone, and so are its images", part.on.payload.body["Image"]
    if readable(reference) is None or is_image_id(reference, part.on.image):
        raise EngineError(f"{lost}: it was created by an image's id, and none can be pulled by that")
    try:
        await at.fetch(reference, part.on.payload.platform)
    except RegistryError as error:
        raise EngineError(f"{lost}: {error}") from error


async def _has_own_image(at: Workshop, part: Noted, back: Draft) -> bool:
    if not await _has_image(at.engine, back.image) and part.origin:
        with contextlib.suppress(RegistryError):
            await at.fetch(part.origin, back.payload.platform)
    return await _has_image(at.engine, back.image)


async def _has_image(engine: Engine, reference: str) -> bool:
    try:
        await engine.image(reference)
    except NotFound:
        return False
    return True


def _copied(draft: Draft, ids: Mapping[str, str] | None = None) -> Draft:
    """A copy of a draft in which ids are replaced by others."""
    text = json.dumps([draft.payload.body, draft.payload.connect])
    for old, new in (ids or {}).items():
        text = text.replace(old, new)
    body, connect = json.loads(text)
    return evolve(draft, payload=evolve(draft.payload, body=body, connect=connect))


def _rewritten(draft: Draft, note: Note, part: Noted) -> Draft:
    """The draft with the new ids of the containers that were made anew."""
    ids = {cid: each.again for each in note.parts if each.again for cid in (each.old, each.new) if cid}
    own = (draft.payload.body.get("Labels") or {}).get(SPARE_OF)
    return _copied(draft, {old: new for old, new in ids.items() if old not in (own, part.old)})


async def _lost(engine: Engine, draft: Draft) -> str:
    """The volumes of a container that are gone, whose data nobody can bring back."""
    host = draft.payload.body["HostConfig"]
    names = [mount["Source"] for mount in host.get("Mounts") or () if mount["Type"] == "volume"]
    names += [bind.partition(":")[0] for bind in host.get("Binds") or () if not bind.startswith("/")]
    gone = list[str]()
    for name in filter(None, names):
        try:
            await engine.volume(name)
        except NotFound:
            gone.append(short(name))
    return f", and WITHOUT THE DATA of the volumes {', '.join(gone)}, which went too" if gone else ""
