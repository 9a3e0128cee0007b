"""What events mean to people: what is so of a container, or is over; most mean nothing. Pure: no I/O."""

import re

from attrs import asdict, evolve

from watcher.model.errors import Trouble
from watcher.model.events import Event
from watcher.model.json_object import Json
from watcher.model.registry_events import RegistryAnswered, TagGivenUp, TagNotPulled, TagPulledAgain
from watcher.model.update_events import Attempt, Change, Doubted, Judged, NotRestarted, NotUpdated, Waiting
from watcher.model.values import frozen
from watcher.notifications.news import (
    ATTEMPT,
    ATTENTION,
    AVAILABLE,
    CONTAINER,
    FAILED,
    HELD,
    TAG,
    UNKNOWN,
    UPDATED,
    News,
)
from watcher.store.history import record_of

PATIENCE_S = 24 * 3600.0  # a registry that is away for an hour is nobody's business
FINISHED = "was finished"  # says an attempt of an update that was cut short
OF_A_CONTAINER = "container"  # the state of what is unknown; of a tag or a registry it is empty
STOPPED = "stopped by a signal"  # says an attempt that a person ended

_STANDING = (ATTENTION, FAILED, UNKNOWN, HELD, AVAILABLE)
_FAILURES = (ATTENTION, FAILED)
_ENGINE_REFUSED, _UNKNOWN, _FAILED = 4, 5, 6
_HOLD_BACK = frozenset({"dependency", "failed", "gate", "veto"})
_COMMAND = re.compile(r"`docker ")
# What is made anew at each try has another id each time, and that is no news.
_IDS = re.compile(r"\b[0-9a-f]{12,64}\b")


@frozen
class Told:
    """Something is so.

    Attributes:
        news: What.
        after_s: Seconds for which it must be so to be worth telling.
        ends: The kinds of news that this news ends.
        unless: The kinds that tell as much, of the same state.
        also: Other states that the same may have had when it was told.
    """

    news: News
    after_s: float = 0.0
    ends: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@frozen
class Over:
    """The news of these kinds is over, of all of these containers, tags or registries.

    Attributes:
        abouts: Containers, tags, registries.
        kinds: The kinds of the news that was told of them.
        image: The reference.
        is_told: Whether the end is worth telling.
        subject: `CONTAINER` or `TAG`.
    """

    abouts: tuple[str, ...]
    kinds: tuple[str, ...]
    image: str = ""
    is_told: bool = True
    subject: str = CONTAINER


def attempted(attempt: Attempt, engine: str = "") -> Told | None:
    """What the end of an attempt means; a refused attempt is told by the event that says so.

    Args:
        attempt: As it ended.
        engine: The engine's id.
    """
    is_done = attempt.outcome == "updated" or (attempt.outcome == "recovered" and FINISHED in attempt.why)
    if attempt.outcome == "refused" or (attempt.why == STOPPED and not is_done):
        return None
    news = News(
        UPDATED if is_done else _failure(attempt.why),
        attempt.name,
        ":".join(attempt.containers) if is_done else attempt.new.id or _IDS.sub("", attempt.why),
        attempt.image,
        asdict(attempt.old),
        asdict(attempt.new),
        "" if attempt.outcome == "updated" else attempt.why,
        attempt.down_s,
        attempt.link or "",
        _facts(attempt, engine),
        ATTEMPT,
    )
    return happened(news)


def happened(news: News) -> Told:
    """What the end of an attempt is over by, beside what it tells."""
    return Told(news, ends=(*_STANDING, UPDATED)) if news.kind == UPDATED else Told(news)


def read(event: Event) -> Told | Over | None:
    """What any other event means; None where it means nothing."""
    if isinstance(event, Judged):
        return _judged(event)
    if isinstance(event, NotUpdated):
        return _not_updated(event)
    if isinstance(event, Waiting):
        return _waiting(event)
    if isinstance(event, NotRestarted) or (isinstance(event, Doubted) and _COMMAND.search(event.why)):
        return Told(_failed(ATTENTION, event.change, event.why, state=_IDS.sub("", event.why)))
    return _of_a_tag(event)


def _of_a_tag(event: Event) -> Told | Over | None:
    if isinstance(event, TagNotPulled):
        about = event.registry or event.image
        patience = 0.0 if event.trouble == Trouble.BAD_LOGIN else PATIENCE_S
        return Told(News(UNKNOWN, about, image=event.image, why=event.why, subject=TAG), patience)
    if isinstance(event, TagGivenUp):
        abouts = _abouts(event.image, event.registry)
        return Over(abouts, (UNKNOWN,), event.image, is_told=False, subject=TAG)
    if isinstance(event, TagPulledAgain):
        abouts = _abouts(event.image, event.registry if event.is_all else "")
        return Over(abouts, (UNKNOWN,), event.image, subject=TAG)
    if isinstance(event, RegistryAnswered):
        return Over((event.registry,), (UNKNOWN,), event.registry, subject=TAG)
    return None


def _abouts(image: str, registry: str) -> tuple[str, ...]:
    """A tag, and its registry where the registry has a name."""
    return (image, registry) if registry else (image,)


def _judged(event: Judged) -> Told | Over | None:
    change, why = event.change, event.why
    if event.verdict == "current":
        return Over((change.container,), _STANDING, change.image)
    if event.verdict == "unknown":
        return Told(_news(UNKNOWN, change, why, OF_A_CONTAINER), PATIENCE_S)
    if event.verdict == "held" and not event.until:
        return Told(_news(HELD, change, why), unless=_FAILURES)
    if event.verdict == "outdated" and event.mode != "update":
        waits = "it waits for `watcher approve`" if event.mode == "approve" else ""
        return _available(change, waits)
    return None


def _waiting(event: Waiting) -> Told | None:
    """What a wait means; what a clock ends, and what a person holds, is no news."""
    if event.cause == "approval":
        return _available(event.change, event.why)
    if event.cause == "gate" and event.until:  # it could not say, and is asked again
        return Told(_news(UNKNOWN, event.change, event.why, state=OF_A_CONTAINER), PATIENCE_S)
    if event.cause in _HOLD_BACK and not event.until:
        return Told(_news(HELD, event.change, event.why), unless=_FAILURES)
    return None


def _available(change: Change, why: str) -> Told:
    """What an update means that waits for a person; what its registry alone has is known by its digest."""
    news = _news(AVAILABLE, change, why, change.new or change.digest or None)
    return Told(news, ends=(UNKNOWN,), also=tuple({change.digest} - {"", news.state}))


def _not_updated(event: NotUpdated) -> Told | None:
    """What a failure means; what another updater is at work on is none, nor that the engine is away."""
    change, why = event.change, event.why
    if not event.is_news:
        return None
    if event.code in {_ENGINE_REFUSED, _FAILED}:
        kind = _failure(why)
        return Told(_failed(kind, change, why), unless=_FAILURES)
    if event.code == _UNKNOWN:
        return Told(_failed(UNKNOWN, change, why, OF_A_CONTAINER), PATIENCE_S)
    return Told(_failed(HELD, change, why), unless=_FAILURES) if event.again_in_s is None else None


def _failure(why: str) -> str:
    """A failure wants a person where it says which command helps."""
    return ATTENTION if _COMMAND.search(why) else FAILED


def _failed(kind: str, change: Change, why: str, state: str | None = None) -> News:
    """News of what was tried with a container: `why` is its reason, and not what it is judged by."""
    return evolve(_news(kind, change, why, state), facts={"reason": why})


def _news(kind: str, change: Change, why: str, state: str | None = None) -> News:
    """News of a container: the same of an image, or in the same words where there is none, is told once."""
    return News(
        kind,
        change.container,
        (change.new or _IDS.sub("", why)) if state is None else state,
        change.image,
        {"id": change.old, "version": change.old_version or None} if change.old else {},
        {"id": new, "version": change.new_version or None} if (new := change.new or change.digest) else {},
        why,
        link=change.link,
    )


def _facts(attempt: Attempt, engine: str) -> Json:
    """The attempt's keys in the history; what its container wrote stays there, for others are told this."""
    return record_of(evolve(attempt, output=()), engine)
