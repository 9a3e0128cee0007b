"""What a row of the list of containers says of one, whichever way an engine writes it. Pure: no I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from watcher.model.labels import OUR_TITLE, TITLE
from watcher.model.names import name_of

# The engine's words: of what GET /containers/json lists without `all`, and of what is being removed.
UP = frozenset({"running", "paused", "restarting"})
GOING = frozenset({"removing", "dead"})


class Row:
    """A row of GET /containers/json, by what is asked of it most.

    Args:
        said: The row.
    """

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    @property
    def name(self) -> str:
        """The container's name, without the engine's slash."""
        return name_of(self._said)

    @property
    def state(self) -> str:
        """Its state in the engine's word: `created`, `running`, ...; empty where the engine says none."""
        return str(self._said.get("State") or "")

    @property
    def has_run(self) -> bool:
        """Whether it was ever started, as far as the engine says."""
        return self.state not in {"", "created"}

    @property
    def is_up(self) -> bool:
        """Whether it is running, paused or restarting."""
        return self.state in UP

    @property
    def is_going(self) -> bool:
        """Whether the engine is removing it, or was, and did not come to the end of the removal."""
        return self.state in GOING

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels; none where the engine says nothing of them."""
        return self._said.get("Labels") or {}

    @property
    def is_ours(self) -> bool:
        """Whether its image is one of this program, by the image's title."""
        return self.labels.get(TITLE) == OUR_TITLE

    @property
    def networks(self) -> Mapping[str, Any]:
        """Its endpoints by the names of their networks."""
        return (self._said.get("NetworkSettings") or {}).get("Networks") or {}

    @property
    def network_mode(self) -> str:
        """Whose network it has: that of a name, or `container:ID`."""
        return str((self._said.get("HostConfig") or {}).get("NetworkMode") or "")

    @property
    def called(self) -> Iterator[str]:
        """Its name, and what legacy links call it, without the engine's slash."""
        return (name.removeprefix("/") for name in self._said.get("Names") or ())

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """The containers that link to this one, each with the alias that it knows this one by."""
        for name in self.called:
            dependent, slash, alias = name.partition("/")
            if slash:
                yield dependent, alias
