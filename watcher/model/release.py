"""What an image says of the release that it is, and where people read what changed between two of them.

Labels of images are strangers' text: a version is shown escaped and cut, and an address counts only where it
is a plain one of the web, without a login. Nothing here is ever fetched. Pure: no I/O.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from watcher.model.inspection import config_of
from watcher.model.quoting import cut, escaped, is_telling
from watcher.model.values import frozen

_PREFIX = "org.opencontainers.image."
_LONGEST_VERSION = 60
_LONGEST_ADDRESS = 500
_SAFE = "/%:@!$&*+,;=~"
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9])?")
_NUMBERS = re.compile(r"[0-9a-f:.]+")  # of IPv6
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_FORGES = ("github", "gitlab", "gitea", "forgejo", "codeberg")
# The page of a repository, or of what is within it; GitLab's groups may have groups.
_PAGE = re.compile(r"(?P<repository>(?:/[^/]+?){2,}?)(?:\.git)?(?:/(?:-|tree|blob|src)(?:/.*)?)?/?")
_VERSION = "{version}"


@frozen
class Release:
    """What an image says of itself; what it does not say, or says in an unfit way, is empty.

    Attributes:
        version: Its version, as people know it.
        revision: The commit that it was built from.
        source: The address of its source code.
        url: Where people read about it.
    """

    version: str = ""
    revision: str = ""
    source: str = ""
    url: str = ""

    def beside(self, image_id: str) -> str:
        """An image's id for people, with its version where it says one."""
        return f"{image_id} ({self.version})" if self.version else image_id


@frozen
class Releases:
    """What an update brings.

    Attributes:
        running: What the image says that a container runs.
        target: What the image says that it is to run.
        link: Where people read what is new, or empty.
    """

    running: Release
    target: Release
    link: str = ""


NOTHING = Releases(Release(), Release())


def release_of(image: object) -> Release:
    """What an inspected image says; nothing where there is no image."""
    labels: Mapping[str, str] = config_of(image).get("Labels") or {}
    version, revision, source, url = (
        labels.get(f"{_PREFIX}{key}", "").strip() for key in ("version", "revision", "source", "url")
    )
    is_commit = _COMMIT.fullmatch(revision) is not None
    return Release(
        cut(escaped(version), _LONGEST_VERSION), revision if is_commit else "", _source(source), address(url)
    )


def address(text: str) -> str:
    """A stranger's address, fit to be shown: without a login; empty where it is not of the web."""
    found = _of_the_web(text)
    before, _, query = found.partition("?")
    return before if is_telling(query) else found


def template(text: str) -> str:
    """Read a user's own address of release notes, in which `{version}` may stand.

    Raises:
        ValueError: It is no address of the web.
    """
    if not _of_the_web(text.replace(_VERSION, "1")):
        raise ValueError(text)
    return text


def link(old: Release, new: Release, own: str = "") -> str:
    """Where people read what is new; empty where nobody says.

    Args:
        old: What the image says that a container runs.
        new: What the image says that it is to run.
        own: The user's own `template`, which speaks first; not where it asks for a version that there is not.
    """
    if own and (new.version or _VERSION not in own):
        return _of_the_web(own.replace(_VERSION, quote(new.version, safe="")))
    if not new.source:
        return new.url
    between = "/-" if "gitlab" in _host(new.source) else ""
    if _is_comparable(old, new):
        return f"{new.source}{between}/compare/{old.revision}...{new.revision}"
    return f"{new.source}{between}/releases"


def _is_comparable(old: Release, new: Release) -> bool:
    """Whether two images are of different commits of one repository, on a forge that compares them."""
    is_one = old.source in ("", new.source) and any(forge in _host(new.source) for forge in _FORGES)
    return is_one and bool(old.revision and new.revision) and old.revision != new.revision


def _source(text: str) -> str:
    """The address of a repository; empty where the text is no address of the web, or only names a forge."""
    parts = urlsplit(_of_the_web(text))
    page = _PAGE.fullmatch(parts.path)
    if not page:
        return ""
    return urlunsplit((parts.scheme, parts.netloc, page["repository"], "", ""))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _of_the_web(text: str) -> str:
    """An address whose scheme is http or https, without its login and its fragment; else nothing."""
    if not text.isprintable() or len(text) > _LONGEST_ADDRESS:
        return ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_number = ":" in host and _NUMBERS.fullmatch(host)
    if parts.scheme not in ("http", "https") or not (is_number or _HOST.fullmatch(host)):
        return ""
    where = (f"[{host}]" if is_number else host) + (f":{port}" if port else "")
    path, query = (quote(part, safe=_SAFE) for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, where, path, query, ""))
