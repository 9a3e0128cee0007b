"""The helper, which updates what the updater cannot stop itself: how it is known. Pure: no I/O.

It is called `X.ctr-updater-helper-OLD-IMAGE`: X is the container that it is to update, OLD and IMAGE are the
first 12 digits of the id of X and of the image that it is to have. So there is one for each update at most,
and an updater that starts after a crash knows what it was for.
"""

import re
from collections.abc import Iterable
from typing import Self

from watcher.model.json_object import Json
from watcher.model.labels import HELPER_OF, HELPER_TARGET
from watcher.model.listing import UP, Row
from watcher.model.names import name_of, short
from watcher.model.values import frozen

_NAME = re.compile(r"(?P<name>.+)\.ctr-updater-helper-(?P<old>[0-9a-f]{12})-(?P<image>[0-9a-f]{12})")


@frozen
class Helper:
    """A helper, as a row of GET /containers/json tells of it.

    Attributes:
        cid: Its id.
        name: The name of the container that it is to update.
        old: The id of that container, before its update.
        target: The id of the image that it is to have.
        state: The helper's own.
    """

    cid: str
    name: str
    old: str
    target: str
    state: str

    @classmethod
    def of(cls, row: Json) -> Self | None:
        """The helper that a row is of; None where the row is of another container, whatever its name."""
        match, labels = _NAME.fullmatch(name_of(row)), Row(row).labels
        old, target = labels.get(HELPER_OF, ""), labels.get(HELPER_TARGET, "")
        if match is None or (match["old"], match["image"]) != (short(old), short(target)):
            return None
        return cls(row["Id"], match["name"], old, target, Row(row).state)

    @property
    def runs(self) -> bool:
        """Whether it is at work, or about to be again."""
        return self.state in UP


def helper_name(name: str, old: str, target: str) -> str:
    """What the helper is called that updates a container.

    Args:
        name: The container's.
        old: Its id.
        target: The id of the image that it is to have.
    """
    return f"{name}.ctr-updater-helper-{short(old)}-{short(target)}"


def helpers(rows: Iterable[Json]) -> list[Helper]:
    """The helpers among the rows of GET /containers/json?all=1."""
    return [found for row in rows if (found := Helper.of(row))]
