"""How long a tag has meant its image, by our own clock, and what the registry was last seen to have.

Dates in images are not believed: a new image is taken once it has *held the tag* for the cooldown.
"""

from datetime import datetime

from attrs import evolve

from watcher.check.verdict import Status, Verdict, cooling, digests, moved
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef, Tag
from watcher.store.failures import Seen
from watcher.store.state import Memory


async def noted(memory: Memory, tag: Tag, image: Json, verdict: Verdict) -> Seen | None:
    """What a tag was last seen to mean; a move of the tag here is noted, and begins its cooldown.

    Args:
        memory: The state directory.
        tag: The tag that the container follows.
        image: The image that the tag means in the engine, as inspected.
        verdict: By the engine alone: current or outdated.
    """
    seen = await memory.seen(str(tag))
    if verdict.status is Status.CURRENT or (seen and is_behind(seen, image)):
        return seen
    if seen and not digests(image).isdisjoint(seen.identities):
        return seen
    return await memory.saw(str(tag), digests(image), image["Id"])


def foreseen(  # noqa: PLR0913, PLR0917 - one value per thing that counts
    verdict: Verdict, ref: ImageRef, image: Json, seen: Seen, cooldown: float, now: float
) -> Verdict:
    """Judge anew, by what the tag's registry was last seen to have, and by how long the tag has meant it.

    Args:
        verdict: By the engine alone: current or outdated.
        ref: The tag that the container follows.
        image: What it means in the engine, as inspected.
        seen: What it was last seen to mean (`noted`).
        cooldown: In seconds.
        now: Seconds since the epoch.
    """
    is_ahead = is_behind(seen, image)
    if verdict.status is Status.CURRENT and not is_ahead:
        return verdict
    if is_ahead:
        digest = seen.identities[0]
        why = moved(ref, digest)
        verdict = evolve(verdict, status=Status.OUTDATED, reason=why, target="", digest=digest)
    until = seen.since + cooldown
    if until <= now:
        return verdict
    return cooling(verdict, until, datetime.fromtimestamp(until).astimezone().isoformat(timespec="seconds"))


def is_behind(seen: Seen, image: Json) -> bool:
    """Whether the registry had another image when it was asked, and the engine's has not moved since."""
    return seen.local == image["Id"] and digests(image).isdisjoint(seen.identities)
