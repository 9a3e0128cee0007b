"""An address as a user gives it."""

from watcher.notifications.addresses import Address, read


def address(url: str) -> Address:
    """The address that a user gives so."""
    (found,) = read({"CTR_UPDATER_NOTIFY": url}).addresses
    return found
