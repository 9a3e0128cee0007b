"""A browser's session: a cookie that says what it may do until when, signed with a key of this process."""

import hmac
import secrets
import time
from collections.abc import Callable

from watcher.web.tokens import Role

COOKIE = "ctr_updater_session"
LASTS_S = 12 * 3600


class Sessions:
    """Makes and reads the cookie; nothing is kept, and a restart of the daemon ends all of them.

    Args:
        clock: Tells seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def made(self, role: Role) -> str:
        """A cookie's value for somebody who has shown a token."""
        said = f"{role.value}.{int(self._clock()) + LASTS_S}"
        return f"{said}.{self._signature(said)}"

    def role(self, cookie: str) -> Role:
        """What the bearer of a cookie may do."""
        said, _, signature = cookie.rpartition(".")
        given = signature.encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(given, self._signature(said).encode()):
            return Role.NOBODY
        role, _, until = said.partition(".")
        return Role(int(role)) if self._clock() < int(until) else Role.NOBODY

    def _signature(self, said: str) -> str:
        return hmac.digest(self._key, said.encode("utf-8", "surrogatepass"), "sha256").hex()
