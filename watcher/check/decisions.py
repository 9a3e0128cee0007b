"""What a person decides of a container: held, released or approved; each is kept, and said as a line."""

import time
from collections.abc import Iterable

from watcher.check import checks, eligibility, status
from watcher.check.shown import Shown
from watcher.check.verdict import Status
from watcher.host.context import Context
from watcher.host.lookup import find
from watcher.model.errors import Ambiguous, EngineError, NoSuchContainer, Refused, Unknown, WatcherError
from watcher.model.inspection import Container, left_by
from watcher.model.names import Marker, container_name, short
from watcher.model.quoting import cut, whole
from watcher.recovery import open_names
from watcher.store.decisions import Decision


class Subjects:
    """What people decide about: containers."""

    async def own_name(self, context: Context, text: str) -> str:
        """The name of the container that a text means.

        Raises:
            NoSuchContainer: The text means no container, or several.
        """
        return await own_name(context, text)

    async def judged(self, context: Context, name: str) -> Shown:
        """What is said of the container of a name.

        Raises:
            WatcherError: It cannot be judged.
        """
        ((_, answer),) = await status.check(context, [name], checks.judged)
        if isinstance(answer, WatcherError):
            raise answer
        return answer

    async def left(self, context: Context, name: str) -> str:
        """The image that a rollback of the container left; empty without one, or where it runs that image."""
        try:
            container = await find(context.engine, name)
        except NoSuchContainer:
            return ""
        left = left_by(container)
        return "" if left == container["Image"] else left


CONTAINERS = Subjects()


async def hold(  # noqa: PLR0913 - one value per thing that a person says
    context: Context,
    text: str,
    *,
    seconds: float | None,
    this_image: bool,
    why: str,
    subjects: Subjects = CONTAINERS,
) -> str:
    """Hold a container.

    Args:
        context: Where it is, and who asks.
        text: What a person calls it.
        seconds: For how long; None until it is released.
        this_image: Only for as long as the tag means the image that it means now.
        why: In that person's words, of which the first ones are kept.
        subjects: What there is to decide of.

    Raises:
        WatcherError: It could not be done.
    """
    why = cut(whole(why))
    name, now = await subjects.own_name(context, text), time.time()
    image = (await subjects.judged(context, name)).verdict.target if this_image else ""
    if this_image and not image:
        raise Unknown(
            f"{name}: which image its tag means is not known", advice="hold it without --this-image"
        )
    until = 0.0 if seconds is None else now + seconds
    await context.memory.decisions.keep(Decision(name, "hold", now, until, image, context.by, why))
    return f"{name}: held {_how_long(until, image)}{why and f': {why}'}"


async def release(context: Context, text: str, subjects: Subjects = CONTAINERS) -> str:
    """Hold a container no longer: no error where it was not held, or where it was held and is gone.

    Raises:
        WatcherError: It could not be done.
    """
    name = container_name(text) or text
    if name not in (await context.memory.decisions.read()).of:
        name = await subjects.own_name(context, text)
    left = await _left(context, name, subjects)
    is_held = await context.memory.decisions.release(name, context.by, left)
    return f"{name}: released" if is_held else f"{name}: nobody held it"


async def holding(contexts: Iterable[Context], text: str, error: NoSuchContainer) -> Context:
    """The engine, of several, on which a container that is gone is held.

    Args:
        contexts: The engines.
        text: What a person calls the container.
        error: Why it was not found.

    Raises:
        Ambiguous: The container is held on several engines, or several engines have it.
        NoSuchContainer: The error that was given, where the container is held on no engine.
    """
    if isinstance(error, Ambiguous):
        raise error
    found = [each for each in contexts if await is_held(each, text)]
    if len(found) > 1:
        which = ", ".join(f"{each.prefix}{text}" for each in found)
        raise Ambiguous(f"{text!r} is held on several engines", advice=f"say which: {which}")
    if not found:
        raise error
    return found[0]


async def is_held(context: Context, text: str) -> bool:
    """Whether a container is held, which may be gone, or its engine away."""
    try:
        decided = (await context.memory.decisions.read()).of.get(container_name(text) or text, ())
        return any(each.kind == "hold" for each in decided)
    except EngineError:  # an engine that was never here, of which nothing is known
        return False


async def _left(context: Context, name: str, subjects: Subjects) -> str:
    """The id of the image that a rollback left, which is held for that container until it is released."""
    left = await subjects.left(context, name)
    return "" if (await context.memory.decisions.read()).is_released(name, left) else left


async def approve(context: Context, text: str, subjects: Subjects = CONTAINERS) -> str:
    """Approve the image that a container's tag means now, and no other one.

    Raises:
        WatcherError: It could not be done, or there is nothing to approve.
    """
    found = await subjects.judged(context, await subjects.own_name(context, text))
    verdict, name = found.verdict, found.name
    if verdict.status is Status.UNKNOWN:
        raise Unknown(f"{name}: {verdict}", advice="it can be approved once that is known")
    if found.mode != "approve":
        raise Refused(
            f"{name}: its mode is {found.mode}", advice="only where it is approve, updates wait for that"
        )
    if verdict.status is Status.CURRENT:
        raise Refused(f"{name}: {verdict}", advice="there is nothing to approve")
    if not verdict.target:
        raise Unknown(
            f"{name}: its new image is not here yet: {verdict.reason}", advice="approve it once it is pulled"
        )
    await context.memory.decisions.keep(
        Decision(name, "approve", time.time(), image=verdict.target, by=context.by)
    )
    return f"{name}: approved: {verdict.reason}"


async def own_name(context: Context, text: str) -> str:
    """The name of the container that a text means; while its update is open, it may be missing.

    Raises:
        NoSuchContainer: No container, or more than one, is meant.
    """
    try:
        found = await find(context.engine, text)
    except NoSuchContainer:
        name = container_name(text) or text
        if name not in open_names.open_names(await context.engine.containers(stopped=True)):
            raise
        return name
    if not Marker.parse(name := Container(found).name):
        return name
    return open_names.own_name(await context.engine.containers(stopped=True), name, found["Id"])


def _how_long(until: float, image: str) -> str:
    if until:
        return f"until {eligibility.shown(until)}"
    return f"while its tag means {short(image)}" if image else "until it is released"
