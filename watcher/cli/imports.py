"""How the libraries are imported: without what of them nothing here ever uses.

aiodocker asks for its own version, which takes a reader of packages and of ZIP archives; the compiled half of
frozenlist takes the library of C++ for lists of a few callbacks; aiohttp reads the system's certificates, for
contexts that nobody uses (`registry.certificates` has the context that is used). The first two alone are 2 MB
of a daemon. aiohttp also takes what finds proxies, and is never told to use any, and aiodocker what reads
archives: all that those take in turn was a twelfth of the time of a `watcher check`.
"""

import contextlib
import os
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

_METADATA = "importlib.metadata"
# By the names of the modules, the functions that are taken from them by name.
_POSTPONED = {"tarfile": (), "tempfile": (), "urllib.request": ("getproxies", "proxy_bypass")}
_PLAIN_LISTS = "FROZENLIST_NO_EXTENSIONS"
_AUTHORITIES = ssl.get_default_verify_paths().openssl_cafile_env  # SSL_CERT_FILE


@contextlib.contextmanager
def lean() -> Iterator[None]:
    """Leave that out of what is imported within, which is for imports before there are threads."""
    plain = os.environ.get(_PLAIN_LISTS, "1")
    with without_certificates(), _variable(_PLAIN_LISTS, plain), _no_versions(), _postponed():
        yield


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """Let contexts that are made within trust nobody: OpenSSL is told of an empty file (openssl-env(7))."""
    with _variable(_AUTHORITIES, os.devnull):
        yield


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    chosen = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if chosen is not None:
            os.environ[name] = chosen


@contextlib.contextmanager
def _no_versions() -> Iterator[None]:
    """A module that asks for a package's version at its import is told that it is not installed."""
    if _METADATA in sys.modules:
        yield
        return
    sys.modules[_METADATA] = _Versionless(_METADATA)
    try:
        yield
    finally:
        del sys.modules[_METADATA]


@contextlib.contextmanager
def _postponed() -> Iterator[None]:
    """What imports one of these modules gets the real one once it uses something of it."""
    made = {name: _Postponed(name, names) for name, names in _POSTPONED.items() if name not in sys.modules}
    sys.modules.update(made)
    try:
        yield
    finally:
        for each in made.values():
            each.make_way()


class _Postponed(ModuleType):
    """Stands for a module until something of it is used.

    Args:
        name: The module's.
        functions: What `from ... import` takes of it: each imports the module when it is called.
    """

    def __init__(self, name: str, functions: Sequence[str]) -> None:
        super().__init__(name)
        for each in functions:
            setattr(self, each, self._function(each))

    def __getattr__(self, name: str) -> Any:
        """Give what the module has of this name; an import asks for names of Python's own first."""
        if name.startswith("__"):
            raise AttributeError(name)
        self.make_way()
        return getattr(import_module(self.__name__), name)

    def make_way(self) -> None:
        """Let the module itself be what is imported from now on."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]

    def _function(self, name: str) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            self.make_way()
            return getattr(import_module(self.__name__), name)(*arguments)

        return called


class _Versionless(ModuleType):
    class PackageNotFoundError(Exception):
        pass

    @classmethod
    def version(cls, name: str) -> str:
        raise cls.PackageNotFoundError(name)
