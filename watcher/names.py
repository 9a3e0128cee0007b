"""The temporary names of an update: its log, kept by the engine itself.

While the container X is updated, the successor is called `X.ctr-updater-new-FLAGS-OLD`, and the old
container, once it has stopped, `X.ctr-updater-old-FLAGS-NEW`; OLD and NEW are the first 12 digits of
the other one's id. Whoever finds such names after a crash knows whose successor a container is and
what state was wanted, from the engine alone. A user's own `X_old` never matches: the ids do not.
Pure: no I/O.
"""

import re
from typing import Literal, Self

from attrs import frozen

Kind = Literal["new", "old"]
Wanted = Literal["r", "p", "s"]

_SHORT = 12
_NAME = re.compile(
    r"(?P<name>.+)\.ctr-updater-(?P<kind>new|old)-(?P<wanted>[rps])(?P<always>a?)(?P<rm>m?)-(?P<other>[0-9a-f]{12})"
)
_CONTAINER = re.compile(r"/?(?P<name>[a-zA-Z0-9][a-zA-Z0-9_.-]*)")


@frozen
class Marker:
    """A temporary name, taken apart.

    Attributes:
        name: The container's own name, X.
        kind: `new` for the successor, `old` for the one set aside.
        wanted: The state that X is to end in: `r`unning, `p`aused, `s`topped.
        always: Whether X's restart policy was `always` (it is `no` while the old one is set aside).
        removes_itself: Whether X was run with `--rm`.
        other: The first 12 digits of the id of the other container.
    """

    name: str
    kind: Kind
    wanted: Wanted
    always: bool
    removes_itself: bool
    other: str

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Take a container's name apart; None where it is no temporary name of ours."""
        match = _NAME.fullmatch(name.removeprefix("/"))
        if not match:
            return None
        kind: Kind = "new" if match["kind"] == "new" else "old"
        wanted: Wanted = "r" if match["wanted"] == "r" else "p" if match["wanted"] == "p" else "s"
        return cls(match["name"], kind, wanted, bool(match["always"]), bool(match["rm"]), match["other"])

    def __str__(self) -> str:
        flags = self.wanted + "a" * self.always + "m" * self.removes_itself
        return f"{self.name}.ctr-updater-{self.kind}-{flags}-{self.other}"


def short(identifier: str) -> str:
    """The 12 digits of an id that people and markers use; works for `sha256:...` too."""
    return identifier.removeprefix("sha256:")[:_SHORT]


def container_name(text: str) -> str | None:
    """A container's name as the engine allows it (20.10 to 28.5), without a leading slash, or None."""
    match = _CONTAINER.fullmatch(text)
    return match["name"] if match else None
