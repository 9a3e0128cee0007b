"""Who may read and who may act: the tokens, and how often a peer may try a wrong one."""

import hashlib
import hmac
import os
import time
from collections.abc import Callable, Mapping
from enum import IntEnum
from pathlib import Path

from attrs import field

from watcher.model.errors import WatcherError
from watcher.model.values import frozen

ACT_VARIABLE = "CTR_UPDATER_TOKEN"
READ_VARIABLE = "CTR_UPDATER_READ_TOKEN"

_LONGEST = 4096
_TRIES = 10
_TRIES_S = 60.0
_PEERS = 1024


class Role(IntEnum):
    """What a bearer may do; an actor may read, too."""

    NOBODY = 0
    READER = 1
    ACTOR = 2


class BadListener(WatcherError):
    """The listener would not be safe, or cannot be opened as it was asked for."""

    exit_code = 2


@frozen
class Tokens:
    """The tokens that there are; an empty one is none.

    Attributes:
        act: Whose bearer may read and act.
        read: Whose bearer may read.
    """

    act: str = field(default="", repr=False)
    read: str = field(default="", repr=False)

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Tokens":
        """Read them from their variables, or from the files that those name.

        Raises:
            BadListener: A file cannot be read, or a token is told twice.
        """
        return cls(token_of(environ, ACT_VARIABLE), token_of(environ, READ_VARIABLE))

    def __bool__(self) -> bool:
        return bool(self.act or self.read)

    def role(self, given: str) -> Role:
        """What the bearer of a token may do; it takes as long for a wrong one as for the right one."""
        may_act, may_read = is_same(given, self.act), is_same(given, self.read)
        return Role.ACTOR if may_act else Role.READER if may_read else Role.NOBODY


class WrongTokens:
    """Counts wrong tokens of each peer, of a bounded number of peers.

    Args:
        clock: Tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[str, list[float]] = {}

    def is_barred(self, peer: str) -> bool:
        """Whether a peer has tried so many wrong tokens lately that no further one is looked at."""
        since = self._clock() - _TRIES_S
        recent = [at for at in self._tries.get(peer, []) if at > since]
        return len(recent) >= _TRIES

    def add(self, peer: str) -> None:
        """Count a wrong token of a peer."""
        tries = self._tries.pop(peer, [])
        self._tries[peer] = [*tries, self._clock()][-_TRIES:]
        if len(self._tries) > _PEERS:
            del self._tries[next(iter(self._tries))]


def is_same(given: str, token: str) -> bool:
    """Whether somebody gave a token, which is not empty; that takes as long for a wrong one.

    What is given may hold halves of pairs, of a header's bytes or of JSON; no token does.
    """
    left, right = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, token))
    return hmac.compare_digest(left, right) and bool(token)


def token_of(environ: Mapping[str, str], variable: str) -> str:
    """What a variable says, or the file that `variable_FILE` names; empty where neither is set.

    Raises:
        BadListener: The file cannot be read, both are set, or it cannot stand in a header.
    """
    path, told = environ.get(f"{variable}_FILE", "").strip(), environ.get(variable, "").strip()
    if path and told:
        raise BadListener(f"{variable} and {variable}_FILE are both set", advice="leave one of them out")
    found = _of_file(Path(path), f"{variable}_FILE") if path else told
    if not found.isascii() or not found.isprintable() or " " in found or len(found) > _LONGEST:
        raise BadListener(
            f"the token of {variable} cannot stand in a header",
            advice="use printable ASCII without spaces, 4096 characters at most",
        )
    return found


def _of_file(path: Path, variable: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST + 2).decode("ascii", "replace").strip()
    except OSError as error:
        raise BadListener(
            f"cannot read {path}, which {variable} names: {error.strerror}", advice="let it be readable"
        ) from error
