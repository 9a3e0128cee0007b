"""What is seen, begun, done and failed, as typed events, which log, history and messages stand on.

An event says what happened and decides nothing. Every value is plain data; ids are whole, and shortened and
escaped only where they are shown. Here is what an event is, and what there is to say of the daemon itself and
of its passes; `registry_events`, `message_events` and `update_events` have the others. Pure: no I/O.
"""

import re
from collections.abc import Mapping

from attrs import asdict

from watcher.model.json_object import Json
from watcher.model.values import frozen

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@frozen
class Event:
    """Anything that happened."""

    @property
    def record(self) -> Json:
        """The event for programs; `event` is its type in words of its own: `stage_began`."""
        return {"event": _CAPITAL.sub("_", type(self).__name__).lower()} | asdict(self)


@frozen
class DaemonStarted(Event):
    """The daemon has had its first look."""

    version: str
    interval_s: float
    time_zone: str
    state_dir: str
    containers: int


@frozen
class DaemonStopped(Event):
    """The daemon has come to its safe end."""


@frozen
class Looked(Event):
    """All followed containers and services were looked at: the ids, by name; a service's has its version."""

    containers: Mapping[str, str]


@frozen
class Decided(Event):
    """What is held, released or approved of these containers, or services, is something else than before."""

    containers: tuple[str, ...]


@frozen
class PassBegan(Event):
    """All tags are about to be asked for, and all followed containers to be looked at."""


@frozen
class PassEnded(Event):
    """A pass is over; `code` is the highest exit code that applied."""

    code: int


@frozen
class EngineFollowed(Event):
    """The engine is there, for the first time or again."""

    endpoint: str
    api: str


@frozen
class EngineGone(Event):
    """The engine cannot be reached any more."""

    why: str


@frozen
class EngineGivenUp(Event):
    """What followed one of several engines ended with an error; it is begun anew, but in a single pass."""

    why: str
    again_in_s: float | None = None


@frozen
class GatesRead(Event):
    """The gates' file says something else than before."""

    gates: tuple[str, ...]


@frozen
class GatesNotRead(Event):
    """The gates' file cannot be read any more; what it said before holds."""

    why: str


@frozen
class NothingKept(Event):
    """The state directory cannot be written."""

    why: str
    lost: str


@frozen
class OrderDoubted(Event):
    """A person should look at what some containers say of their dependencies."""

    why: str


@frozen
class LabelsDoubted(Event):
    """A person should look at a container's labels."""

    container: str
    why: str


@frozen
class WatchtowerRuns(Event):
    """A Watchtower updates containers that are followed, which are only told of as long as it runs."""

    watchtower: str
    containers: tuple[str, ...]


@frozen
class SwarmUnfollowed(Event):
    """The engine is in a swarm whose services cannot be followed here."""

    why: str


@frozen
class LookFailed(Event):
    """This program itself failed as it looked at a container or at a tag (the other one is empty).

    Attributes:
        trace: The traceback.
        again_in_s: Seconds to the next try; None where the try is not by a clock.
    """

    container: str
    image: str
    trace: str
    again_in_s: float | None = None


@frozen
class EventsDropped(Event):
    """A subscriber was too slow, and so many events never reached it."""

    subscriber: str
    count: int


@frozen
class SubscriberFailed(Event):
    """A subscriber or a recorder failed on an event; said once for each kind of failure."""

    subscriber: str
    why: str
