"""What is done with one container, or service, for a client: the result, or the error."""

from contextlib import aclosing

from watcher.check import decisions, freshness
from watcher.check.records import record
from watcher.config.grammar import duration
from watcher.model.errors import WatcherError
from watcher.model.json_object import Json
from watcher.swarm import by_hand
from watcher.swarm.deciding import CONTAINERS_AND_SERVICES
from watcher.update.request import HeldBack, Request
from watcher.web.engines import ServedEngine


async def check(served: ServedEngine, name: str, wanted: Json) -> Json:
    """Ask for its tag."""
    judge = freshness.after_pull() if wanted.get("pull") else freshness.remotely
    return record(await served.row(name, judge))


async def update(served: ServedEngine, name: str, wanted: Json) -> Json:
    """Pull its tag, and update it."""
    request = Request(pull=wanted.get("pull", True), again=wanted.get("again", False))
    return await _updated(served, name, request)


async def rollback(served: ServedEngine, name: str, wanted: Json) -> Json:
    """Go back to an image that it ran before."""
    return await _updated(served, name, Request(back=wanted.get("to", "")))


async def _updated(served: ServedEngine, name: str, request: Request) -> Json:
    reader = served.reader
    updates = by_hand.update(reader.context, [name], request, served.turns, reader)
    async with aclosing(updates) as results:
        async for _, result in results:
            if isinstance(result, WatcherError):
                raise result
            done = "held back" if isinstance(result, HeldBack) else result.done.value
            return record(await served.row(name)) | {"done": done}
    return {}


async def hold(served: ServedEngine, name: str, wanted: Json) -> Json:
    """Hold it back."""
    said = await decisions.hold(
        served.context,
        name,
        seconds=duration(wanted["for"]) if "for" in wanted else None,
        this_image=wanted.get("this_image", False),
        why=wanted.get("why", ""),
        subjects=CONTAINERS_AND_SERVICES,
    )
    return {"said": f"{served.prefix}{said}"}


async def release(served: ServedEngine, name: str, _: Json) -> Json:
    """Release a container or a service from a person's hold."""
    said = await decisions.release(served.context, name, CONTAINERS_AND_SERVICES)
    return {"said": f"{served.prefix}{said}"}


async def approve(served: ServedEngine, name: str, _: Json) -> Json:
    """Approve the image that its tag means."""
    said = await decisions.approve(served.context, name, CONTAINERS_AND_SERVICES)
    return {"said": f"{served.prefix}{said}"}
