"""Where messages go: the addresses that users give. Each is a secret: its scheme and host may be shown."""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from attrs import field

from watcher.config.telling import FILE_VARIABLE, VARIABLE
from watcher.model.values import frozen

_LONGEST_FILE = 1 << 20

_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.+)", re.IGNORECASE)
_OUR_OWN = frozenset({"http", "https"})
# Of Apprise's schemes those that have a host behind `//`; with the others a token stands there.
_HAVE_HOST = _OUR_OWN | frozenset(
    f"{name}{tls}"
    for name in ("apprise", "form", "gotify", "hassio", "json", "mailto", "mmost", "ncloud", "nctalk", "xml")
    for tls in ("", "s")
)
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)


@frozen
class Address:
    """Where messages go.

    Attributes:
        url: The whole of it, which is secret.
        shown: What may be shown of it.
    """

    url: str = field(repr=False)
    shown: str

    @property
    def is_ours(self) -> bool:
        """Whether our JSON is posted there; every other is Apprise's."""
        return _scheme(self.url) in _OUR_OWN

    @property
    def service(self) -> str:
        """The kind of service, by its scheme."""
        return _scheme(self.url)

    @property
    def key(self) -> str:
        """By what the outbox knows it, which keeps no secrets."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def target(self) -> str:
        """The URL without user and password, for HTTP."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()

    @property
    def authorization(self) -> str:
        """User and password as the header of HTTP; empty where it has none."""
        user, at, _ = urlsplit(self.url).netloc.rpartition("@")
        if not at:
            return ""
        name, _, password = user.partition(":")
        return f"Basic {b64encode(f'{unquote(name)}:{unquote(password)}'.encode()).decode()}"


@frozen
class Book:
    """What was given.

    Attributes:
        addresses: Those that can be used, each once.
        bad: A line for each that cannot, and for a file that cannot be read.
    """

    addresses: tuple[Address, ...] = ()
    bad: tuple[str, ...] = ()


def read(environ: Mapping[str, str] = os.environ) -> Book:
    """Read the addresses of both variables; a bad address spoils no other."""
    texts, bad = {VARIABLE: environ.get(VARIABLE, "")}, []
    if path := environ.get(FILE_VARIABLE, "").strip():
        try:
            texts[FILE_VARIABLE] = _content(Path(path))
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else "") or "it is no text"
            bad.append(f"{FILE_VARIABLE}: cannot read {path}: {why} - nobody is told at what stands there")
    found: dict[str, Address] = {}
    for name, text in texts.items():
        for number, url in enumerate(text.split(), 1):
            if why := _fault(url):
                bad.append(f"{name}: address {number} ({shown(url)}) is left out: {why}")
            else:
                found.setdefault(url, Address(url, shown(url)))
    return Book(tuple(found.values()), tuple(bad))


def secrets(url: str) -> Iterator[str]:
    """Every part of an address that must not be repeated: all but its scheme and a host that is shown."""
    match = _SCHEME.fullmatch(url)
    rest = match["rest"] if match else url
    host = _host(url)
    for part in re.split(r"[/:@?&=#,;]+", rest):
        if part and part.lower() != host:
            yield from {part, unquote(part)}


def _content(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_LONGEST_FILE + 1)
    if len(data) > _LONGEST_FILE:
        raise OSError(0, "it is longer than 1 MiB")
    return data.decode("utf-8-sig")


def _scheme(url: str) -> str:
    match = _SCHEME.fullmatch(url)
    return match["scheme"].lower() if match else ""


def _fault(url: str) -> str:
    """Why an address cannot be used; empty where nothing is known against it."""
    scheme = _scheme(url)
    if not scheme or not url.isprintable():
        return "it is not SCHEME://..."
    if scheme not in _OUR_OWN:
        return ""
    parts = _split(url)
    if parts is None or not _HOST.fullmatch(parts.hostname or ""):
        return "it has no host, or a port that is none"
    return ""


def shown(url: str) -> str:
    """What may be shown of an address."""
    scheme, host = _scheme(url), _host(url)
    if not scheme:
        return "***"
    parts = _split(url)
    port = f":{parts.port}" if host and parts and parts.port else ""
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}{port}" if host else f"{scheme}://***"


def _host(url: str) -> str:
    """The host where it is known to be one; else empty, for it may be a token."""
    parts = _split(url)
    if parts is None or _scheme(url) not in _HAVE_HOST or _is_cut_in_a_password(parts):
        return ""
    host = parts.hostname or ""
    return host if _HOST.fullmatch(host) else ""


def _is_cut_in_a_password(parts: SplitResult) -> bool:
    """Whether what seems to be the host may be the begin of a login, whose password has a `/`, `#` or `?`."""
    query = parts.query if parts.scheme in _OUR_OWN else ""
    return "@" not in parts.netloc and "@" in f"{parts.path}{parts.fragment}{query}"


def _split(url: str) -> SplitResult | None:
    """The parts of a URL; None where it, or its port, is none."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is read to see whether it can be
    except ValueError:
        return None
    return parts
