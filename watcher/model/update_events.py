"""What there is to say of one container and of its update, from the judgement to the end, as events."""

from collections.abc import Mapping
from typing import Literal

from attrs import field

from watcher.model.events import Event
from watcher.model.values import frozen

AttemptKind = Literal["update", "rollback", "self-update", "service"]
Ending = Literal["updated", "rolled back", "failed", "refused", "recovered"]
By = Literal["daemon", "cli", "api", "hook"]


@frozen
class Change:
    """The update that a container has, or would have.

    Attributes:
        container: The container's name.
        image: The reference that it follows; empty where only its name is known.
        old: The id of the image that it runs; empty where this id is not known.
        new: The id of the image that it is to run, or empty.
        digest: The digest of that image in its repository, or empty.
        old_version: What the image that runs says of its version, or empty.
        new_version: What the new image says of its version, likewise.
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
        cause: `freeze`, `window`, `schedule`, `hold`, `gate`, `veto`, `approval` or `dependency`.
        until: When it may begin, in seconds since the epoch; 0 where no clock says.
        is_news: As in `Judged`.
    """

    change: Change
    cause: str
    why: str
    until: float = 0.0
    is_news: bool = True


@frozen
class ImageJudged(Event):
    """A gate was asked about the image that a container is to have.

    Attributes:
        gate: Its name.
        judged: Repository and digest of the image.
        result: `passed`, `refused` or `unknown`.
        why: Its reason.
        took_s: Seconds that it took.
        is_news: As in `Judged`.
    """

    change: Change
    gate: str
    judged: str
    result: str
    why: str
    took_s: float
    is_news: bool = True


@frozen
class OtherUpdaterAwaited(Event):
    """Another updater may be at work on a container: it is taken over after so many seconds of silence.

    Attributes:
        change: The update that waits for the other updater.
        container: The container that the other updater has: the update's own, or another that is settled with
            it.
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
        container: The name of the container that the stage acts on: the same, or another that is replaced
            with it.
        stage: The step (`create`, `stop`, `prove`, ...), `gate`, `back`, `settle`, or a service's `roll out`.
        doing: The same as a participle, for people.
        limit_s: Seconds after which the stage is over; None where nobody can say.
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
        old: What the container ran before; the id is empty where it is not known any more.
        new: What the container was to run.
        by: Who asked for it.
        took_s: Seconds that all of it took.
        down_s: Seconds from the first end of a container to the last start; None where nothing stopped.
        stages: Seconds of each stage, by its name.
        along: The names of the containers that were replaced with it.
        why: The reason, or what went wrong; one line, escaped.
        link: Where people read about the new version.
        containers: The ids of the old container and of its successor, each empty where there is none: an
            attempt that is told twice, by its process and by the next one's recovery, is known by these ids.
        output: The last lines of the container whose failure ended the attempt: masked, escaped and cut.
    """

    at: str
    name: str
    kind: AttemptKind
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
        along: The names of the containers that were replaced with it.
        took_s: Seconds that all of it took.
        stages: Seconds of each stage, by its name.
        failures: How many tries failed before.
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
