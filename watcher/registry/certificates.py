"""The authorities whose certificates the system trusts, read when a connection by TLS first needs them.

aiohttp 3.14 reads them twice as it is imported, for two contexts of its own, which takes longer than all
other imports of a `watcher check`. `cli.imports` keeps aiohttp from reading: a caller that speaks TLS gives
it the context that is made here. A caller that forgot to would find no certificate valid, but never trust
any.
"""

import ssl
from functools import cache


@cache
def context() -> ssl.SSLContext:
    """Verify certificates and host names by what the system trusts; made once, as aiohttp makes its own."""
    made = ssl.create_default_context()
    made.set_alpn_protocols(["http/1.1"])
    return made
