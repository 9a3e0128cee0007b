"""Which hosts are a registry's own, so that its login may be sent there. No I/O."""

from ipaddress import ip_address
from urllib.parse import urlsplit

# Registries whose token server is known to be of another domain.
_KNOWN = {"scw.cloud": "api.scaleway.com"}
_SHORT = 3  # the `co` of `co.uk`, the `com` of `com.au`


def is_of(registry: str, host: str) -> bool:
    """Whether a host is a registry's own, or of the domain that the registry is of.

    Args:
        registry: `host` or `host:port`.
        host: In lower case, without a port.
    """
    own = (urlsplit(f"//{registry}").hostname or "").rstrip(".")
    site, host = _site(own), host.rstrip(".")
    return host == own or (site != "" and (host == _KNOWN.get(site) or f".{host}".endswith(f".{site}")))


def _site(host: str) -> str:
    """The domain that somebody holds, of which a host is; empty where it is of none, as an address is.

    That is its last two labels, or three below what looks like a country's public suffix.
    """
    labels = host.split(".")
    if _is_address(host) or len(labels) < 2:  # noqa: PLR2004 - a name and a top-level domain
        return ""
    is_public = len(labels[-1]) == 2 and len(labels[-2]) <= _SHORT  # noqa: PLR2004 - a country's code
    kept = 3 if is_public else 2
    return ".".join(labels[-kept:]) if len(labels) >= kept else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
