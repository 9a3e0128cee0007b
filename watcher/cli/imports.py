"""How the libraries are imported: without what of them nothing here ever uses.

aiodocker asks for its own version, which takes a reader of packages and of ZIP archives; the compiled half of
frozenlist takes the library of C++ for lists of a few callbacks; aiohttp reads the system's certificates
(`config.certificates`). The first two alone are 2 MB of a daemon.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from types import ModuleType

from watcher.config import certificates

_METADATA = "importlib.metadata"
_PLAIN_LISTS = "FROZENLIST_NO_EXTENSIONS"


@contextlib.contextmanager
def lean() -> Iterator[None]:
    """Leave that out of what is imported within, which is for imports before there are threads."""
    with certificates.unread(), _plain_lists(), _no_versions():
        yield


@contextlib.contextmanager
def _plain_lists() -> Iterator[None]:
    if _PLAIN_LISTS in os.environ:
        yield
        return
    os.environ[_PLAIN_LISTS] = "1"
    try:
        yield
    finally:
        del os.environ[_PLAIN_LISTS]


@contextlib.contextmanager
def _no_versions() -> Iterator[None]:
    """Whoever asks for a package's version at its import is told that it is not installed."""
    if _METADATA in sys.modules:
        yield
        return
    sys.modules[_METADATA] = _Versionless(_METADATA)
    try:
        yield
    finally:
        del sys.modules[_METADATA]


class _Versionless(ModuleType):
    class PackageNotFoundError(Exception):
        pass

    @classmethod
    def version(cls, name: str) -> str:
        raise cls.PackageNotFoundError(name)
