"""The daemon's log as a subscriber: one line for each event that a person is to be told.

What was said before in the same words is not said again; the publisher of an event knows whether it is news.
"""

import time
from collections.abc import Callable
from functools import singledispatch
from typing import Any

import structlog

from watcher.check import eligibility
from watcher.daemon.log_fields import fields
from watcher.model import events, message_events, registry_events, update_events
from watcher.model.errors import EngineError, UpdateFailed
from watcher.model.names import short

JUDGED = {"held": "container held", "unknown": "container unknown", "outdated": "update available"}
WAITING = {  # by the cause
    "hold": "container held",
    "approval": "update waits for approval",
    "schedule": "update waits for its schedule",
    "window": "update waits for its window",
    "freeze": "update waits for the end of a freeze",
    "veto": "update vetoed",
    "gate": "update waits for its gate",
}
NOT_UPDATED = {True: "update rolled back", False: "container not updated"}  # by whether it was rolled back
_OF_NO_ENGINE = (
    message_events.AddressDoubted,
    message_events.MessageTaken,
    message_events.MessageNotTaken,
    message_events.MessageGivenUp,
    message_events.PingFailed,
)
_SERIOUS = (EngineError.exit_code, UpdateFailed.exit_code)
_log = structlog.get_logger()


def of_engine(name: str) -> Callable[[events.Event], None]:
    """Says what happens on one of several engines: each line names it, but what concerns none of them."""

    def take(event: events.Event) -> None:
        if isinstance(event, _OF_NO_ENGINE):
            say(event)
            return
        with structlog.contextvars.bound_contextvars(engine=name):
            say(event)

    return take


@singledispatch
def say(_: events.Event) -> None:
    """Say what an event tells; most that go on within an update are worth no line."""


@say.register
def _(event: events.DaemonStarted) -> None:
    _log.info(
        "daemon started",
        version=event.version,
        interval_s=event.interval_s,
        time_zone=event.time_zone,
        state_dir=event.state_dir,
        containers=event.containers,
    )


@say.register
def _(_event: events.DaemonStopped) -> None:
    _log.info("stopped; nothing is half done")


@say.register
def _(event: events.EngineFollowed) -> None:
    _log.info("engine followed", endpoint=event.endpoint, api=event.api)


@say.register
def _(event: events.EngineGone) -> None:
    _log.warning("engine gone", why=event.why)


@say.register
def _(event: events.EngineGivenUp) -> None:
    more = {} if event.again_in_s is None else {"again_in_s": event.again_in_s}
    _log.error("engine not looked at", why=event.why, **more)


@say.register
def _(event: events.GatesRead) -> None:
    _log.info("gates read again", gates=", ".join(event.gates))


@say.register
def _(event: events.GatesNotRead) -> None:
    _log.warning("gates not read again", why=event.why)


@say.register
def _(event: events.NothingKept) -> None:
    _log.warning("nothing can be remembered", why=event.why, lost=event.lost)


@say.register
def _(event: events.OrderDoubted) -> None:
    _log.warning("order in doubt", why=event.why)


@say.register
def _(event: events.WatchtowerRuns) -> None:
    _log.warning("watchtower runs", watchtower=event.watchtower, containers=[*event.containers])


@say.register
def _(event: events.LabelsDoubted) -> None:
    _log.warning("labels in doubt", container=event.container, why=event.why)


@say.register
def _(event: events.SwarmUnfollowed) -> None:
    _log.info("services not followed", why=event.why)


@say.register
def _(event: message_events.AddressDoubted) -> None:
    _log.warning("address left out", why=event.why)


@say.register
def _(event: message_events.MessageTaken) -> None:
    _log.debug("message taken", address=event.address)


@say.register
def _(event: message_events.MessageNotTaken) -> None:
    if event.is_news:
        _log.warning("message not taken", address=event.address, why=event.why)


@say.register
def _(event: message_events.MessageGivenUp) -> None:
    _log.error("message given up", address=event.address, why=event.why, given_up=event.count)


@say.register
def _(event: message_events.PingFailed) -> None:
    _log.warning("ping failed", address=event.address, why=event.why)


@say.register
def _(event: events.LookFailed) -> None:
    more = {} if event.again_in_s is None else {"again_in_s": event.again_in_s}
    if event.image:
        _log.error("tag not looked at", image=event.image, **more, exception=event.trace)
    else:
        _log.error("container not looked at", container=event.container, **more, exception=event.trace)


@say.register
def _(event: events.EventsDropped) -> None:
    _log.warning("events dropped", subscriber=event.subscriber, count=event.count)


@say.register
def _(event: events.SubscriberFailed) -> None:
    _log.warning("subscriber failed", subscriber=event.subscriber, why=event.why)


@say.register
def _(event: registry_events.TagNotPulled) -> None:
    more: dict[str, Any] = {"registry": event.registry, "tags": event.tags} if event.registry else {}
    _log.warning("tag not pulled", image=event.image, why=event.why, again_in_s=event.again_in_s, **more)


@say.register
def _(event: registry_events.TagPulledAgain) -> None:
    _log.info("tag pulled again", image=event.image, registry=event.registry, failures=event.failures)


@say.register
def _(event: registry_events.TagGivenUp) -> None:
    _log.info("tag given up", image=event.image, why=event.why)


@say.register
def _(event: registry_events.PullsPutOff) -> None:
    _log.debug("pulls put off", why=event.why)


@say.register
def _(event: update_events.Judged) -> None:
    is_silent = event.verdict == "outdated" and event.mode != "notify"  # what is done about it is told
    if event.is_news and event.verdict in JUDGED and not is_silent:
        _log.info(JUDGED[event.verdict], **fields(event.change), why=event.why)


@say.register
def _(event: update_events.Waiting) -> None:
    if not event.is_news:
        return
    is_timed = event.cause in eligibility.CLOCKS
    due = {"due": eligibility.shown(event.until)} if is_timed else {}
    why = event.why + eligibility.opens_in(event.cause, event.until, time.time())
    _log.info(WAITING.get(event.cause, "container held back"), **fields(event.change), why=why, **due)


@say.register
def _(event: update_events.ImageJudged) -> None:
    if event.is_news:
        judged = {"gate": event.gate, "judged": event.judged, "result": event.result}
        _log.info(
            "image judged", **fields(event.change), **judged, why=event.why, took_s=round(event.took_s, 3)
        )


@say.register
def _(event: update_events.OtherUpdaterAwaited) -> None:
    until = eligibility.shown(time.time() + event.seconds)
    _log.info("update waits for another updater", **fields(event.change), until=until)


@say.register
def _(event: update_events.Planned) -> None:
    if event.is_news:
        _log.info("update planned", **fields(event.change), plan=[*event.steps])


@say.register
def _(event: update_events.Updated) -> None:
    stages = {f"{stage}_s": round(seconds, 3) for stage, seconds in event.stages.items()}
    along = {"along": ", ".join(event.along)} if event.along else {}
    took_s = round(event.took_s, 3)
    _log.info(
        "container updated", **fields(event.change), **along, took_s=took_s, failures=event.failures, **stages
    )


@say.register
def _(event: update_events.Doubted) -> None:
    _log.warning("container updated with a doubt", **fields(event.change), doubt=event.why)


@say.register
def _(event: update_events.NotRestarted) -> None:
    _log.warning("container not restarted", **fields(event.change), why=event.why)


@say.register
def _(event: update_events.NotUpdated) -> None:
    if event.is_news:
        level = _log.error if event.code in _SERIOUS else _log.warning
        level(
            NOT_UPDATED[event.is_rolled_back],
            **fields(event.change),
            why=event.why,
            again_in_s=event.again_in_s,
        )


@say.register
def _(event: update_events.OpenUpdateSettled) -> None:
    _log.info("open update settled", **fields(event.change), runs=short(event.runs))
