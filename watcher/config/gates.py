"""The gates that there are, by their names; `gates_file` reads them, where a file is named."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import asdict, define, field

from watcher.model.errors import UnreadableSetting
from watcher.model.values import frozen

if TYPE_CHECKING:
    from watcher.config.gate_grammar import Mount


@frozen
class Gate:
    """One gate.

    Attributes:
        name: What labels call it.
        image: The image of its program, by digest.
        command: The words of its command; `{image}` in them stands for the image that is judged.
        entrypoint: The entrypoint in place of its image's own; None is the image's own.
        mounts: What it sees of the host.
        network: The network that it is on, `none` or `bridge`.
        timeout: Seconds until it is ended.
        memory: Bytes that it may use.
        user: Whom it runs as; empty is its image's own.
        env: Its environment, beside that of its image.
    """

    name: str
    image: str
    command: tuple[str, ...]
    entrypoint: tuple[str, ...] | None = None
    mounts: "tuple[Mount, ...]" = ()
    network: str = "none"
    timeout: float = 120.0
    memory: int = 512 * 1024**2
    user: str = ""
    env: Mapping[str, str] = field(factory=dict)

    @property
    def definition(self) -> str:
        """What tells this definition from every other one: what one judged, another one did not."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@define
class Gates:
    """All gates that there are.

    Attributes:
        path: The file; empty where none is named.
        by_name: The gates.
        sockets: By which engines are reached, so that no gate gets at one.
    """

    path: str = ""
    by_name: Mapping[str, Gate] = field(factory=dict)
    sockets: tuple[str, ...] = ()

    def refuse_unknown(self, name: str, spelling: str) -> None:
        """Let only the name of a gate pass, or none.

        Args:
            name: The gate's.
            spelling: The label, or the variable, that says it.

        Raises:
            UnreadableSetting: There is no such gate.
        """
        if name and name not in self.by_name:
            known = ", ".join(sorted(self.by_name)) or "it defines none"
            where = (
                f"of {self.path} ({known})" if self.path else "of CTR_UPDATER_GATES_FILE, which is not set"
            )
            raise UnreadableSetting(spelling, name, f"the name of a gate {where}")

    def named(self, name: str) -> Gate | None:
        """A gate; None where none is asked for."""
        return self.by_name[name] if name else None
