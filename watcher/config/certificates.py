"""The authorities whose certificates the system trusts, read when a connection by TLS first needs them.

aiohttp 3.14 reads them twice as it is imported, for two contexts of its own; with OpenSSL 3 that takes longer
than all other imports of a `watcher check`, whose engine listens at a socket. So it is imported while OpenSSL
is told that they are in an empty file (`SSL_CERT_FILE`, openssl-env(7)), and a caller that speaks TLS gives
it the context that is made here. One that forgot to would find no certificate valid, but never trust any.
"""

import contextlib
import os
import ssl
from collections.abc import Iterator
from functools import cache

_FILE = ssl.get_default_verify_paths().openssl_cafile_env  # SSL_CERT_FILE


@contextlib.contextmanager
def unread() -> Iterator[None]:
    """Let contexts that are made within trust nobody; it is for imports, before there are threads."""
    chosen = os.environ.get(_FILE)
    os.environ[_FILE] = os.devnull
    try:
        yield
    finally:
        del os.environ[_FILE]
        if chosen is not None:
            os.environ[_FILE] = chosen


@cache
def context() -> ssl.SSLContext:
    """Verify certificates and host names by what the system trusts; made once, as aiohttp makes its own."""
    made = ssl.create_default_context()
    made.set_alpn_protocols(["http/1.1"])
    return made
