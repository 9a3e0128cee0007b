"""What can go wrong, as values with an exit code; `str()` of each is the one line that a user reads.

WatcherError
|- NoSuchContainer      3  nothing, or more than one thing, answers to that name
|  `- Ambiguous            ... but several containers
|- EngineError          4  the engine refused the request
|  |- EngineUnavailable    ... or cannot be reached, or broke off
|  |  `- NoAnswer              ... or did not answer in time
|  |- Barred               ... was not asked: what stands in front of it lets such a request not pass
|  |- TaskLeft             ... and will go on refusing to start that container
|  |- Occupied             ... and will, while another container has its address or port
|  |- NotFound             ... has no such object
|  `- Conflict             ... says that the object's state or name is in the way
|- Unknown              5  nobody can say whether there is an update; never shown as up to date
|  |- RegistryError         ... for what a registry answered, or did not
|  `- Unexpected            ... for this program itself failed
|- UpdateFailed         6  the update failed and was undone
|  `- RolledBack            ... when the old container had been changed already
|- Stopped        130, 143  SIGINT or SIGTERM came
|- Refused              7  not ours to update, and what to do instead
|  |- NotNow                ... for now: `watcher.update.consent` has it
|  |- NotKept              ... or to note, for the database cannot be written
|  |- NeedsHelper           ... by this process, which that would stop
|  `- Busy                  ... for the time being: another updater has it
|     `- TakenOver              ... now, for it gave up on us
`- UnreadableSetting    2  a label's or a variable's value is not of its grammar
   |- UnknownName          ... or there is no such label or variable
   `- UnreadableLine       ... or a line of a file that a setting names

Other usage errors (2) are click's.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from watcher.model.quoting import cut, escaped

_FORBIDDEN = (401, 403, 405)
_LONGEST = 2000


class WatcherError(Exception):
    """An outcome that ends a command: one line, and the exit code that goes with it.

    Args:
        message: What was tried, on what, and what was answered.
        advice: What to do about it; appended after a dash.
    """

    exit_code: int

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        message = cut(self.message, _LONGEST)
        line = f"{message} - {cut(self.advice, _LONGEST)}" if self.advice else message
        return escaped(" ".join(line.split()))

    def beside(self, lines: Iterable[str]) -> Self:
        """Have the error's line say what else a person should know, a clause for each of these; the error.

        A long message makes way for them: the line is cut at its end.
        """
        if clauses := "; ".join(lines):
            self.message = f"{cut(self.message, _LONGEST // 2)}; {clauses}"
        return self

    @property
    def record(self) -> dict[str, object]:
        """The error for programs: its line, the end of that which says what to do, and the exit code."""
        advice = escaped(" ".join(cut(self.advice, _LONGEST).split()))
        return {"error": str(self), "advice": advice, "code": self.exit_code}


class NoSuchContainer(WatcherError):
    """The name means no container, or more than one."""

    exit_code = 3


class Ambiguous(NoSuchContainer):
    """Several containers answer to the name."""


class EngineError(WatcherError):
    """The engine refused a request.

    Attributes:
        status: The HTTP status of the answer, 0 where there was none.
        was_asked: Whether the request itself was made; False where the right to it could not be shown.
    """

    exit_code = 4
    was_asked = True

    def __init__(self, message: str, *, status: int = 0, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.status = status


class EngineUnavailable(EngineError):
    """The engine cannot be reached, broke the connection, or did not answer in time."""


class NoAnswer(EngineUnavailable):
    """The engine took the request and did not answer in time."""


class Barred(EngineError):
    """A proxy in front of the engine's socket let a request not pass; the engine never saw it."""


def is_forbidden(error: EngineError) -> bool:
    """Whether a proxy, or a plugin of the engine, let a request not pass: it will not another time either."""
    return isinstance(error, Barred) or error.status in _FORBIDDEN


class TaskLeft(EngineError):
    """A container cannot be started: the engine was killed as it ended, and has forgotten its task.

    containerd has not: "task ...: already exists", until the container's shim has ended (20.10 to 28.5; about
    one in ten of the kills at the first event of a stop). A restart of the engine or of containerd does not
    help. It can be renamed and removed, and another container takes its place.
    """


class Occupied(EngineError):
    """A container cannot be started: another one has its address or its host port."""


class NotFound(EngineError):
    """The engine has no such container, image or network (404)."""


class Conflict(EngineError):
    """A name is taken, or the object's state forbids the request (409)."""


class Unknown(WatcherError):
    """Whether there is an update cannot be told: the pull failed, or the tag is gone."""

    exit_code = 5


class Unexpected(Unknown):
    """This program itself failed over a container."""


def unexpected(name: str, error: Exception) -> Unexpected:
    """What is said of the container `name` where this program itself failed; the others go on."""
    made = Unexpected(
        f"{name}: unexpected {type(error).__name__}: {error}", advice="run it with --debug and report it"
    )
    made.__cause__ = error
    return made


class Trouble(StrEnum):
    """What kept a registry from answering; the closed vocabulary that advice and waits go by."""

    UNREACHABLE = "unreachable"  # no such host, no network, refused, TLS, broke off
    NO_ANSWER = "no answer"  # it accepted, and said nothing in time
    BAD_LOGIN = "refused login"  # 401 to a login, or none where one is wanted
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not found"  # 404, or "repository does not exist or may require a login"
    TOO_MANY = "too many requests"  # 429
    BROKEN = "broken"  # 5xx
    GARBAGE = "garbage"  # an answer that is none, or that lies about its digest
    NO_SPACE = "no space"  # the engine has nowhere to put the layers
    OTHER = "other"


class RegistryError(Unknown):
    """A registry could not be asked, or refused.

    Attributes:
        trouble: What it was.
        retry_after: Seconds that the registry asked to be left alone for; None where it did not say.
    """

    def __init__(
        self, message: str, *, trouble: Trouble, retry_after: float | None = None, advice: str = ""
    ) -> None:
        super().__init__(message, advice=advice)
        self.trouble = trouble
        self.retry_after = retry_after


class Resting(RegistryError):
    """The registry was not asked: it is to be left alone for a while."""


class UpdateFailed(WatcherError):
    """The update failed; the old container is back as it was."""

    exit_code = 6


class RolledBack(UpdateFailed):
    """The update failed after it had changed the old container, which was made its old self again."""


class Stopped(WatcherError):
    """A signal came, and what was under way has come to its safe end.

    Args:
        number: The signal's.
        name: Its name.
    """

    def __init__(self, number: int, name: str) -> None:
        super().__init__(f"stopped by {name}; nothing is half done")
        self.exit_code = 128 + number


class Refused(WatcherError):
    """This container is not ours to update."""

    exit_code = 7


class NotKept(Refused):
    """What a person, or an update, had noted cannot be kept, or not be read."""


class NeedsHelper(Refused):
    """What is open is the update of the container that this program runs in: a helper has to settle it."""


class Busy(Refused):
    """Another updater is at work on the container."""


class TakenOver(Busy):
    """Another updater has taken the update over; nothing more is ours to change, or to undo."""


class UnreadableSetting(WatcherError):
    """A value that somebody set cannot be read, so nothing is done on its account.

    Attributes:
        name: The label or the environment variable.
        value: What it says.
        expected: What would be right.
    """

    exit_code = 2

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(f"{name}={cut(value)!r} cannot be read", advice=f"it takes {expected}")
        self.name = name
        self.value = value
        self.expected = expected


class UnknownName(UnreadableSetting):
    """A label or a variable of our prefix is none that there is, so nothing is done on its account.

    Args:
        name: The label or the environment variable.
        advice: What may have been meant.
    """

    def __init__(self, name: str, advice: str) -> None:
        WatcherError.__init__(self, f"{cut(name)!r} is not known", advice=advice)
        self.name = name
        self.value = ""
        self.expected = advice


class UnreadableLine(UnreadableSetting):
    """A file that a setting names cannot be read, or a line of it, so nothing is done on its account.

    Args:
        message: The file, the line, and what is wrong with it.
        advice: What would be right.
    """

    def __init__(self, message: str, advice: str) -> None:
        WatcherError.__init__(self, message, advice=advice)
        self.name = self.value = ""
        self.expected = advice
