"""What a host is called by: a name, or an address. Pure: no I/O."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_address(host: str) -> bool:
    """Whether a host is an address, and no name that somebody's DNS may tell anything of."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def host_of(place: str) -> str:
    """The host of `host` or `host:port`, in lower case and without brackets; empty where there is none."""
    try:
        return urlsplit(f"//{place}").hostname or ""
    except ValueError:  # brackets that hold no address, and characters that are others to a resolver
        return ""
