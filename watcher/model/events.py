"""What is seen, begun, done and failed, as typed events, which log, history and messages stand on.

An event says what happened and decides nothing. Every value is plain data; ids are whole, and who shows them
shortens and escapes them. Pure: no I/O.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from attrs import asdict, field, frozen

Json = dict[str, Any]
Kind = Literal["update", "rollback", "self-update", "service"]
Ending = Literal["updated", "rolled back", "failed", "refused", "recovered"]
By = Literal["daemon", "cli", "api", "hook"]

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@frozen
class Event:
    """Anything that happened."""

    @property
    def record(self) -> Json:
        """The event for programs; `event` is its type in words of its own: `stage_began`."""
        return {"event": _CAPITAL.sub("_", type(self).__name__).lower()} | asdict(self)


@frozen
class Change:
    """The update that a container has, or would have.

    Attributes:
        container: The container's name.
        image: The reference that it follows; empty where only its name is known.
        old: The id of the image that it runs; empty where that is not known.
        new: The id of the image that it is to run, or empty.
        digest: The digest of that image in its repository, or empty.
        old_version: What the image that runs says of its version, or empty.
        new_version: What the other one says of it, likewise.
        link: Where people read what is new, or empty.
    """

    container: str
    image: str = ""
    old: str = ""
    new: str = ""
    digest: str = ""
    old_version: str = ""
    new_version: str = ""
    link: str = ""


@frozen
class ImageVersion:
    """An image, by its id and by the version that its label tells; None where it tells none."""

    id: str
    version: str | None = None


# --- Passes and the daemon ---------------------------------------------------------------------------------


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
class LookFailed(Event):
    """This program itself failed as it looked at a container or at a tag (the other one is empty).

    Attributes:
        trace: The traceback.
        again_in_s: Seconds to the next try; None where that is not by a clock.
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


# --- Messages ----------------------------------------------------------------------------------------------


@frozen
class AddressDoubted(Event):
    """An address for messages cannot be used, and is left out; `why` says which one, without its secrets."""

    why: str


@frozen
class MessageTaken(Event):
    """A message has arrived.

    Attributes:
        address: What may be shown of where.
        service: By which kind of service.
    """

    address: str
    service: str


@frozen
class MessageNotTaken(Event):
    """A message has not arrived, and is tried again; the attributes are those of `MessageTaken`."""

    address: str
    service: str
    why: str
    is_news: bool = True


@frozen
class MessageGivenUp(Event):
    """A message is not tried again; so many have been given up by now at this address."""

    address: str
    service: str
    why: str
    count: int


@frozen
class PingFailed(Event):
    """Nobody could be told how a pass went."""

    address: str
    why: str


# --- Registries and pulls ----------------------------------------------------------------------------------


@frozen
class PullBegan(Event):
    """A tag is about to be pulled."""

    image: str


@frozen
class PullProgressed(Event):
    """How far a pull is.

    Attributes:
        image: The tag, as people write it.
        waits: What is waited for before it can go on (`its registry`), or empty.
        layers: How many there are.
        layers_done: How many of them are here and unpacked.
        bytes: How many were fetched, of `bytes_total`; 0 where nobody says.
        unpacking: Whether a layer is being unpacked: `unpacked` bytes of `unpacked_total`.
    """

    image: str
    waits: str = ""
    layers: int = 0
    layers_done: int = 0
    bytes: int = 0
    bytes_total: int = 0
    unpacking: bool = False
    unpacked: int = 0
    unpacked_total: int = 0


@frozen
class PullEnded(Event):
    """A pull is over; `why` says how it failed, and is empty where it did not."""

    image: str
    took_s: float
    why: str = ""


@frozen
class TagNotPulled(Event):
    """A tag has no answer of its registry.

    Attributes:
        again_in_s: Seconds to the next try.
        registry: The registry, where all of it is in trouble and not this tag alone; else empty.
        tags: How many followed tags are of that registry.
        trouble: What kept the registry from answering; one of `errors.Trouble`, or empty.
    """

    image: str
    why: str
    again_in_s: float
    registry: str = ""
    tags: int = 0
    trouble: str = ""


@frozen
class TagPulledAgain(Event):
    """A tag, and with it its registry, answers again after so many failures."""

    image: str
    registry: str
    failures: int


@frozen
class TagGivenUp(Event):
    """A tag is not asked for any more."""

    image: str
    why: str


@frozen
class PullsPutOff(Event):
    """The tags are not asked for now, for the engine does not say which there are."""

    why: str


# --- One container -----------------------------------------------------------------------------------------


@frozen
class Judged(Event):
    """A container was judged.

    Attributes:
        verdict: `current`, `outdated`, `held` or `unknown`.
        why: The reason.
        mode: What its update is to be: `update`, `notify`, `approve`.
        until: Seconds since the epoch when what holds it is over; 0 where no clock ends it.
        is_news: Whether it is another one than was told last of this container.
    """

    change: Change
    verdict: str
    why: str
    mode: str
    until: float = 0.0
    is_news: bool = True


@frozen
class Waiting(Event):
    """A container has an update that does not begin now.

    Attributes:
        cause: `schedule`, `hold`, `approval` or `dependency`.
        until: When it may begin, in seconds since the epoch; 0 where no clock says.
        is_news: As in `Judged`.
    """

    change: Change
    cause: str
    why: str
    until: float = 0.0
    is_news: bool = True


@frozen
class OtherUpdaterAwaited(Event):
    """Another updater may be at work on a container: it is taken over after so many seconds of silence.

    Attributes:
        change: The update that waits for that.
        container: The container that the other one has: itself, or one that is settled with it.
    """

    change: Change
    container: str
    seconds: float


@frozen
class Planned(Event):
    """An update has its plan, and is about to begin; `steps` are for people."""

    change: Change
    steps: tuple[str, ...]
    is_news: bool = True


@frozen
class StageBegan(Event):
    """A stage of an update begins.

    Attributes:
        update: The name of the container that is updated.
        container: The name of the one that it is done with: itself, or one that is replaced with it.
        stage: The step (`create`, `stop`, `prove`, ...), `back` or `settle`.
        doing: The same as a participle, for people.
        limit_s: Seconds after which it is over; None where nobody can say.
    """

    update: str
    container: str
    stage: str
    doing: str
    limit_s: float | None = None


@frozen
class StageEnded(Event):
    """A stage has come to its end, or failed (`is_done` false)."""

    update: str
    container: str
    stage: str
    took_s: float
    is_done: bool = True


@frozen
class Attempt:
    """An attempt at an update, or at the settlement of an open one; the keys are those of the history.

    Attributes:
        at: When it ended, ISO 8601, UTC.
        name: The container's.
        kind: What was attempted.
        outcome: How it ended.
        image: The reference that the container follows.
        old: What it ran before; the id is empty where that is not known any more.
        new: What it was to run.
        by: Who asked for it.
        took_s: Seconds that all of it took.
        down_s: Seconds from the first stop to the last start; None where nothing stopped.
        stages: Seconds of each stage, by its name.
        along: The names of those that were replaced with it.
        why: The reason, or what went wrong; one line, escaped.
        link: Where people read about the new version.
        containers: The ids of the old container and of its successor, each empty where there is none: an
            attempt that is told twice, by its process and by the next one's recovery, is known by them.
        output: The last lines that the container wrote whose failure ended it: masked, escaped and cut.
    """

    at: str
    name: str
    kind: Kind
    outcome: Ending
    image: str
    old: ImageVersion
    new: ImageVersion
    by: By
    took_s: float
    down_s: float | None
    stages: Mapping[str, float] = field(factory=dict)
    along: tuple[str, ...] = ()
    why: str = ""
    link: str | None = None
    containers: tuple[str, str] = ("", "")
    output: tuple[str, ...] = ()


@frozen
class AttemptEnded(Event):
    """An attempt has ended."""

    attempt: Attempt


@frozen
class Updated(Event):
    """A container runs its new image.

    Attributes:
        along: The names of those that were replaced with it.
        took_s: Seconds that all of it took.
        stages: Seconds of each stage, by its name.
        failures: How often the last words about it were repeated before.
    """

    change: Change
    along: tuple[str, ...]
    took_s: float
    stages: Mapping[str, float]
    failures: int = 0


@frozen
class NotUpdated(Event):
    """A container could not be judged, or not be updated.

    Attributes:
        why: What went wrong, and what to do; one line, escaped.
        code: The exit code that says of which kind it is.
        is_rolled_back: Whether the old container had been changed, and was made its old self again.
        again_in_s: Seconds to the next try; None is not before something changes.
        is_news: As in `Judged`.
    """

    change: Change
    why: str
    code: int
    is_rolled_back: bool = False
    again_in_s: float | None = None
    is_news: bool = True


@frozen
class Doubted(Event):
    """An update went well, and there is a line that a person should know all the same."""

    change: Change
    why: str


@frozen
class NotRestarted(Event):
    """A container that was to be restarted once another one was replaced was not."""

    change: Change
    why: str


@frozen
class OpenUpdateSettled(Event):
    """An update that was cut short was brought to its end; `runs` is the id of the image that runs now."""

    change: Change
    runs: str
