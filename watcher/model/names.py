"""The temporary names of an update: its log, kept by the engine itself.

While the container X is updated, the successor is called `X.ctr-updater-new-FLAGS-OLD`, and the old
container, once it has stopped, `X.ctr-updater-old-FLAGS-NEW`; OLD and NEW are the first 12 digits of
the other one's id. An updater that finds such names after a crash knows from the engine alone whose
successor a container is, and what state was wanted. A user's own `X_old` never matches: the ids do not.

The names end in `-OWNER`, which says whose update it is; those of versions before this one do not.

A container that removes itself when it stops (`--rm`) leaves no old one behind; then a spare of it,
never started, bears the old one's temporary name. Pure: no I/O.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import evolve

from watcher.model.values import frozen

MarkerKind = Literal["new", "old"]
Wanted = Literal["r", "p", "s"]

NOBODY = "0" * 64  # the id of no container
SERVICE_PREFIX = "service/"  # what stands before a service's own name wherever containers are, too

_SHORT = 12
_NAME = re.compile(
    r"(?P<name>.+)\.ctr-updater-(?P<kind>new|old)-(?P<wanted>[rps])"
    r"(?P<always>a?)(?:f(?P<retries>0|[1-9][0-9]{0,9}))?(?P<removes_itself>m?)(?P<unjudged>x?)(?P<going>g?)(?P<back>b?)"
    r"(?P<unpublished>u?)(?P<unattached>l?)-(?P<other>[0-9a-f]{12})"
    r"(?:-(?P<owner>[0-9a-f]{12}))?"
)
_FLAGS = {
    "always": "a",
    "removes_itself": "m",
    "unjudged": "x",
    "going": "g",
    "back": "b",
    "unpublished": "u",
    "unattached": "l",
}
_ID = re.compile(r"[0-9a-f]{12,}")
_CONTAINER = re.compile(r"/?(?P<name>[a-zA-Z0-9][a-zA-Z0-9_.-]*)")


@frozen
class Marker:
    """A temporary name, taken apart.

    Attributes:
        name: The container's own name, X.
        kind: `new` for the successor, `old` for the old container set aside, or its spare.
        wanted: The state that X is to end in: `r`unning, `p`aused, `s`topped.
        other: The first 12 digits of the id of the other container.
        always: X's restart policy was `always` (the old container's is `no` while it is set aside).
        retries: How often the engine was to restart X at most, 0 for any number, where X's restart policy was
            `on-failure` (the old container's is `no` likewise); None where it was another policy.
        removes_itself: X was run with `--rm`; the container called `old` is a spare.
        unjudged: X was unhealthy before its update: a successor in bad health is not rolled back.
        going: The stop of an X that removes itself was asked for, and cannot be taken back.
        back: The successor is the old container, re-created in a rollback; it is not rolled back again.
        unpublished: X itself had not all the ports that it asks for.
        unattached: X itself had no address on one of its networks.
        owner: Whose update it is: 8 digits of the updater's home and 4 of this work; empty where an older
            version began it.
    """

    name: str
    kind: MarkerKind
    wanted: Wanted
    other: str
    always: bool = False
    retries: int | None = None
    removes_itself: bool = False
    unjudged: bool = False
    going: bool = False
    back: bool = False
    unpublished: bool = False
    unattached: bool = False
    owner: str = ""

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Take a container's name apart; None where it is no temporary name of ours."""
        match = _NAME.fullmatch(name.removeprefix("/"))
        if not match:
            return None
        kind: MarkerKind = "new" if match["kind"] == "new" else "old"
        wanted: Wanted = "r" if match["wanted"] == "r" else "p" if match["wanted"] == "p" else "s"
        flags = {attribute: bool(match[attribute]) for attribute in _FLAGS}
        retries = int(match["retries"]) if match["retries"] else None
        return cls(
            match["name"], kind, wanted, match["other"], **flags, retries=retries, owner=match["owner"] or ""
        )

    @property
    def held_policy(self) -> dict[str, Any] | None:
        """X's restart policy, where the old container's is `no` while it is set aside; else None."""
        if self.always:
            return {"Name": "always", "MaximumRetryCount": 0}
        return None if self.retries is None else {"Name": "on-failure", "MaximumRetryCount": self.retries}

    def of_old(self, new: str) -> Self:
        """The temporary name of the old container, or of its spare, where the successor has the id `new`."""
        return evolve(self, kind="old", other=short(new))

    def of_new(self, old: str) -> Self:
        """The temporary name of the successor, where the old container, or its spare, has the id `old`."""
        return evolve(self, kind="new", other=short(old))

    def __str__(self) -> str:
        first, *others = (letter if getattr(self, attribute) else "" for attribute, letter in _FLAGS.items())
        flags = "".join([first, "" if self.retries is None else f"f{self.retries}", *others])
        owner = f"-{self.owner}" if self.owner else ""
        return f"{self.name}.ctr-updater-{self.kind}-{self.wanted}{flags}-{self.other}{owner}"


def without_algorithm(identifier: str) -> str:
    """An id, or its beginning, without the `sha256:` that stands before an image's."""
    return identifier.removeprefix("sha256:")


def short(identifier: str) -> str:
    """The 12 digits of an id that people and markers use; works for `sha256:...` too. A name stays whole."""
    digits = without_algorithm(identifier)
    return digits[:_SHORT] if _ID.fullmatch(digits) else digits


def container_name(text: str) -> str | None:
    """A container's name as the engine allows it (20.10 to 28.5), without a leading slash, or None."""
    match = _CONTAINER.fullmatch(text)
    return match["name"] if match else None


def name_of(row: Mapping[str, Any]) -> str:
    """The name of a row of GET /containers/json.

    `Names` also lists what legacy links call it (`/app/db`, more than one slash); those are not it.
    """
    own = [name for name in row.get("Names") or [] if name.count("/") == 1]
    return own[0].removeprefix("/") if own else short(row["Id"])
