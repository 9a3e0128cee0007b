"""What there is to say of pulls, and of tags that their registries answer for or not, as events."""

from watcher.model.events import Event
from watcher.model.values import frozen


@frozen
class PullBegan(Event):
    """A tag is about to be pulled."""

    image: str


@frozen
class LayerOfPull:
    """How far one layer of a pull is, in the engine's words; `total` is 0 where it tells no bytes."""

    id: str
    status: str
    current: int = 0
    total: int = 0


@frozen
class PullProgressed(Event):
    """How far a pull is.

    Attributes:
        image: The tag, as people write it.
        waits: What is waited for before it can go on (`its registry`), or empty.
        layers: How many there are.
        layers_done: How many of them are here and unpacked.
        bytes: How many were fetched, of `bytes_total`; 0 where nobody says.
        unpacking: Whether a layer is being unpacked: `unpacked` bytes of `unpacked_total`.
        parts: Each layer, in the engine's order and in its words.
    """

    image: str
    waits: str = ""
    layers: int = 0
    layers_done: int = 0
    bytes: int = 0
    bytes_total: int = 0
    unpacking: bool = False
    unpacked: int = 0
    unpacked_total: int = 0
    parts: tuple[LayerOfPull, ...] = ()


@frozen
class PullEnded(Event):
    """A pull is over; `why` says how it failed, and is empty where it did not."""

    image: str
    took_s: float
    why: str = ""


@frozen
class RegistryAsked(Event):
    """A registry was asked what a tag means; `trouble` (one of `errors.Trouble`) is empty where it said."""

    registry: str
    trouble: str = ""


@frozen
class TagNotPulled(Event):
    """A tag has no answer of its registry.

    Attributes:
        again_in_s: Seconds to the next try.
        registry: The registry, where all of it is in trouble and not this tag alone; else empty.
        tags: How many followed tags are of that registry.
        trouble: What kept the registry from answering; one of `errors.Trouble`, or empty.
    """

    image: str
    why: str
    again_in_s: float
    registry: str = ""
    tags: int = 0
    trouble: str = ""


@frozen
class TagPulledAgain(Event):
    """A tag answers again after so many failures.

    Attributes:
        registry: The tag's registry.
        is_all: Whether nothing is left that all of the registry failed for.
    """

    image: str
    registry: str
    failures: int
    is_all: bool = True


@frozen
class RegistryAnswered(Event):
    """A registry that left questions without an answer answers all of them again, if only with a no."""

    registry: str


@frozen
class TagGivenUp(Event):
    """A tag is not asked for any more.

    Attributes:
        registry: The tag's registry, where the registry was down and this was the last tag that it failed
            for; else empty.
    """

    image: str
    why: str
    registry: str = ""


@frozen
class PullsPutOff(Event):
    """The tags are not asked for now, for the engine does not say which there are."""

    why: str
