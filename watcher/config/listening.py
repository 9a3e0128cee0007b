"""The grammar of where the listener is, by which names it may be called, and what anybody sees. Pure."""

import re
from ipaddress import ip_address

from watcher.config.grammar import SomeOf
from watcher.model.hosts import is_address

PUBLIC = ("metrics", "read")
public = SomeOf(*PUBLIC)
UNIX = "unix:"

_PORTS = 65536
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def listen(text: str) -> str:
    """Read `HOST:PORT`, `[IPV6]:PORT` or `unix:/path`.

    Raises:
        ValueError: It is none of those.
    """
    if text.startswith(UNIX):
        if not text.removeprefix(UNIX).startswith("/") or not text.isprintable():
            raise ValueError(text)
        return text
    host, port = host_and_port(text)
    if not (_NAME.fullmatch(host) or is_address(host)) or not 0 < port < _PORTS:
        raise ValueError(text)
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """Split `HOST:PORT`; an IPv6 address stands in brackets.

    Raises:
        ValueError: There is no port in it.
    """
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or (":" in host and not host.startswith("[")):
        raise ValueError(text)
    return host.removeprefix("[").removesuffix("]"), int(port)


def names(text: str) -> tuple[str, ...]:
    """Read names of hosts, separated by commas.

    Raises:
        ValueError: One of them is none.
    """
    found = tuple(part.strip().lower() for part in text.split(","))
    if not all(_NAME.fullmatch(name) for name in found):
        raise ValueError(text)
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    return host.lower() == "localhost" or (is_address(host) and ip_address(host).is_loopback)
