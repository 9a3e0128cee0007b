"""An engine as somebody chose it, by name or address. Pure: no I/O."""

from watcher.model.values import frozen


@frozen
class ChosenEngine:
    """An engine that somebody chose.

    Attributes:
        name: What people call it.
        address: Where it listens (`unix://`, `tcp://`); empty where `name` is that of a Docker context, which
            says it.
    """

    name: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.name}={self.address}" if self.address else self.name
