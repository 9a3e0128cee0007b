"""What there is to be told: its kinds, and one piece of it. Pure: no I/O."""

from attrs import field

from watcher.model.json_object import Json
from watcher.model.values import frozen

# In the order in which a message tells them; the first is told whatever was chosen.
ATTENTION, FAILED, UNKNOWN, HELD, AVAILABLE, UPDATED, RECOVERED = KINDS = (
    "attention",
    "failed",
    "unknown",
    "held",
    "available",
    "updated",
    "recovered",
)
# What news may be about: the end of an attempt, a container, or a tag or a registry.
ATTEMPT, CONTAINER, TAG = "attempt", "container", "tag"


@frozen
class News:
    """One thing that happened to a container, or a state of it.

    Attributes:
        kind: One of `KINDS`.
        container: Its name; of a tag or a registry that could not be asked the tag's or the registry's.
        state: What makes it the same thing when it is told again: for an image, its id.
        image: The reference.
        old: What ran before, `{"id", "version"}`; empty where nothing is known of it.
        new: The same of what runs now, or would; a digest is the id of what its registry alone has.
        why: The reason.
        down_s: Seconds for which it was down; None where nothing stopped.
        link: Where people read about the new version.
        facts: What programs are told beside these: of an attempt its keys in the history, else what is to be
            said in place of what is said of the container.
        subject: `ATTEMPT`, `CONTAINER` or `TAG`.
        prefix: What people put before its name, where there are several engines.
    """

    kind: str
    container: str
    state: str = ""
    image: str = ""
    old: Json = field(factory=dict)
    new: Json = field(factory=dict)
    why: str = ""
    down_s: float | None = None
    link: str = ""
    facts: Json = field(factory=dict)
    subject: str = CONTAINER
    prefix: str = ""

    @property
    def record(self) -> Json:
        """The news as JSON, for programs."""
        return {"event": self.kind, "container": self.container} | self.facts
