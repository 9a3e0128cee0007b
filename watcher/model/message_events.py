"""What there is to say of the messages that people are sent, and of the pings after a pass, as events."""

from watcher.model.events import Event
from watcher.model.values import frozen


@frozen
class AddressDoubted(Event):
    """An address for messages cannot be used, and is left out; `why` says which one, without its secrets."""

    why: str


@frozen
class MessageTaken(Event):
    """A message has arrived.

    Attributes:
        address: What may be shown of where.
        service: By which kind of service.
    """

    address: str
    service: str


@frozen
class MessageNotTaken(Event):
    """A message has not arrived, and is tried again; the attributes are those of `MessageTaken`."""

    address: str
    service: str
    why: str
    is_news: bool = True


@frozen
class MessageGivenUp(Event):
    """A message is not tried again; so many have been given up by now at this address."""

    address: str
    service: str
    why: str
    count: int


@frozen
class PingFailed(Event):
    """Nobody could be told how a pass went."""

    address: str
    why: str
