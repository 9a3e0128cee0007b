"""By which way a host is asked: scheme, certificates, proxy.

Certificates are judged by Python's default context, which SSL_CERT_FILE and SSL_CERT_DIR change, and by what
the engine's own convention adds: below /etc/docker/certs.d/HOST[:PORT]/ each `*.crt` is a CA, and each
`*.cert` with the `*.key` of the same name is what we show of ourselves.

HTTP_PROXY, HTTPS_PROXY and NO_PROXY (also in lower case) are read as the engine reads its own, which is as
Go does (golang.org/x/net/http/httpproxy): never for the machine itself; NO_PROXY takes names, with what is
below them, `host:port`, addresses, networks in CIDR notation, and `*`. Python's `trust_env` would also take
logins from ~/.netrc, which no engine does.
"""

import ssl
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from watcher.model.errors import RegistryError, Trouble
from watcher.model.values import frozen
from watcher.registry.messages import Tls

CERTIFICATES = Path("/etc/docker/certs.d")


@frozen
class Route:
    """Attributes: `scheme` is http or https; `tls` says how a certificate is judged."""

    scheme: str
    tls: Tls = True


def insecure_routes() -> list[Route]:
    """The ways that the engine tries for an insecure registry, in its order."""
    return [Route("https", tls=False), Route("http")]


def secure_route(domain: str, certificates: Path) -> Route:
    """The only way to any other registry. Reads files.

    Raises:
        RegistryError: The folder of its certificates cannot be read.
    """
    folder = certificates / domain
    try:
        return Route("https", _context(folder) if folder.is_dir() else True)
    except OSError as error:  # of the file system, or of ssl
        raise RegistryError(
            f"cannot read the certificates in {folder}: {error}",
            trouble=Trouble.UNREACHABLE,
            advice="it takes *.crt for CAs, and *.cert with *.key for a client, in PEM",
        ) from error


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_this_machine(host) or _is_excepted(host, parts.port):
        return None
    proxy = getproxies_environment().get(parts.scheme)
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _context(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for path in sorted(folder.glob("*.crt")):
        context.load_verify_locations(path)
    for path in sorted(folder.glob("*.cert")):
        context.load_cert_chain(path, path.with_suffix(".key"))
    return context


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_excepted(host: str, port: int | None) -> bool:
    named = f"[{host}]" if ":" in host else host
    if proxy_bypass(f"{named}:{port}" if port else named):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in ip_network(text, strict=False) for text in _excepted_networks())


def _excepted_networks() -> Iterator[str]:
    for text in getproxies_environment().get("no", "").split(","):
        try:
            ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        yield text.strip()
