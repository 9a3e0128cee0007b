"""What came of trying to deliver a message. Pure: no I/O."""

from watcher.model.quoting import escaped
from watcher.model.values import frozen

_LONGEST = 200


@frozen
class Answer:
    """How a receiver took a message.

    Attributes:
        why: Why it did not; empty where it did.
        wait_s: Seconds for which it wants to be left alone.
    """

    why: str = ""
    wait_s: float = 0.0


def refused(why: str, wait_s: float = 0.0) -> Answer:
    """Make the answer of a message that was not taken, from words of strangers."""
    line = escaped(" ".join(why.split()))
    return Answer(line[:_LONGEST] or "it did not say why", wait_s)
