"""How long a tag has meant its image, by our own clock, and what the registry was last seen to have.

Dates in images are not believed: a new image is taken once it has *held the tag* for the cooldown.
"""

import time
from datetime import datetime

from attrs import evolve

from watcher.check.verdict import Status, Verdict, cooling, digests, moved
from watcher.engine.client import Json
from watcher.host.inventory import Tag
from watcher.store.failures import Seen
from watcher.store.state import Memory


async def foreseen(memory: Memory, tag: Tag, image: Json, verdict: Verdict, cooldown: float) -> Verdict:
    """Judge anew, by what the tag's registry was last seen to have, and by how long the tag has meant it.

    Args:
        memory: Where that is kept; what the engine's tag means is noted there.
        tag: That the container follows.
        image: What it means in the engine, as inspected, with its `Manifests`.
        verdict: By the engine alone: current or outdated.
        cooldown: In seconds.
    """
    known, seen = digests(image), await memory.seen(str(tag))
    is_ahead = seen is not None and is_behind(seen, image)
    if verdict.status is Status.CURRENT and not is_ahead:
        return verdict
    if seen is None or (not is_ahead and known.isdisjoint(seen.identities)):
        seen = await memory.saw(str(tag), known, image["Id"])
    if is_ahead:
        verdict = evolve(
            verdict,
            status=Status.OUTDATED,
            reason=moved(tag.ref, seen.identities[0]),
            target="",
            digest=seen.identities[0],
        )
    until = seen.since + cooldown
    if until <= time.time():
        return verdict
    return cooling(verdict, until, datetime.fromtimestamp(until).astimezone().isoformat(timespec="seconds"))


def is_behind(seen: Seen, image: Json) -> bool:
    """Whether the registry had another image when it was asked, and the engine's has not moved since."""
    return seen.local == image["Id"] and digests(image).isdisjoint(seen.identities)
