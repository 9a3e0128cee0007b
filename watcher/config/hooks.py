"""Hooks: programs that are run in a container itself, before its update and after it. Pure: no I/O."""

import json
import shlex

from watcher.model.quoting import escaped
from watcher.model.values import frozen

_LONGEST = 60


@frozen
class Hook:
    """What is to be run.

    Attributes:
        name: `pre-update` or `post-update`.
        words: The program and its arguments.
        timeout: Seconds after which it is killed, and has failed.
        is_optional: Whether its failure is only told.
    """

    name: str
    words: tuple[str, ...]
    timeout: float = 60.0
    is_optional: bool = False

    def __str__(self) -> str:
        line = escaped(shlex.join(self.words))
        return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def words(text: str) -> tuple[str, ...]:
    """Read a list of words as JSON, of which the first names a program.

    Raises:
        ValueError: It is none.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError(text) from error
    if not isinstance(found, list) or not found or not all(isinstance(word, str) for word in found):
        raise ValueError(text)
    if not found[0] or any("\0" in word for word in found):
        raise ValueError(text)
    return tuple(found)
