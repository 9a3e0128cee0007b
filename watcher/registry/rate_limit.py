"""How often a registry is asked: few at once, and not at all while it is to be left alone.

Each registry for itself: what one of them answers never holds up another. For one event loop.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, evolve, field

from watcher.model.errors import RegistryError, Resting, Trouble
from watcher.registry.login import Login

AT_ONCE = 4
TOO_MANY_S = 900.0
BAD_LOGIN_S = 3600.0
_FIRST_S = 1.0
_LAST_S = 3600.0
_LONGEST_S = 86_400.0
_DOUBLINGS = 12
_DOWN = (Trouble.UNREACHABLE, Trouble.NO_ANSWER, Trouble.BROKEN)


@define
class _Host:
    slots: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(AT_ONCE))
    until: float = 0.0
    failures: int = 0
    cause: RegistryError | None = None
    login: Login | None = None


class Limiter:
    """Gives turns to the callers that want to ask a registry."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = defaultdict(_Host)

    @asynccontextmanager
    async def turn(self, domain: str, login: Login) -> AsyncIterator[None]:
        """Wait for a place at a registry; what is raised within is remembered against it.

        Args:
            domain: The registry's.
            login: The login that it will be asked with; another login than the refused one ends that rest.

        Raises:
            Resting: It is to be left alone; the message is the trouble's that brought this about.
        """
        host = self._hosts[domain]
        self._refuse_resting(host, login)
        async with host.slots:
            self._refuse_resting(host, login)
            asked = evolve(host)
            try:
                yield
            except RegistryError as error:
                self._failed(host, asked, error, login)
                raise
            self._answered(host, asked)

    def rest(self, domain: str) -> float:
        """Seconds that a registry is still to be left alone."""
        return max(0.0, self._hosts[domain].until - _now())

    def why(self, domain: str) -> str:
        """The trouble for which a registry is left alone; empty where it is not."""
        cause = self._hosts[domain].cause
        return cause.message if cause and self.rest(domain) else ""

    def forget(self) -> None:
        """Let every registry be asked at once, but none whose login was refused."""
        for host in self._hosts.values():
            if host.cause and host.cause.trouble is not Trouble.BAD_LOGIN:
                host.until, host.failures = 0.0, 0

    @staticmethod
    def _refuse_resting(host: _Host, login: Login) -> None:
        if host.cause is None or host.until <= _now():
            return
        if host.cause.trouble is Trouble.BAD_LOGIN and login != host.login:
            return
        why = f"its registry is left alone for now, after: {host.cause.message}"
        raise Resting(why, trouble=host.cause.trouble, advice=host.cause.advice)

    def _failed(self, host: _Host, asked: _Host, error: RegistryError, login: Login) -> None:
        """Have a registry left alone; requests that failed at the same time count once."""
        wait = _wait(error, asked.failures)
        if not wait:
            self._answered(host, asked)
            return
        host.failures = asked.failures + 1
        until = _now() + wait
        if host.cause is asked.cause or until > host.until:
            host.until, host.cause, host.login = until, error, login

    @staticmethod
    def _answered(host: _Host, asked: _Host) -> None:
        """End the failures, but no rest that began after the question."""
        if host.cause is asked.cause:
            host.until, host.failures, host.cause = 0.0, 0, None


def concerns_all(error: RegistryError) -> bool:
    """Whether a trouble is its registry's, and not one name's."""
    return _wait(error, 0) > 0


def _wait(error: RegistryError, failures: int) -> float:
    """Seconds to leave a registry alone for; 0 where the trouble is one name's and not the registry's."""
    if error.trouble is Trouble.BAD_LOGIN:
        return BAD_LOGIN_S
    # `Retry-After: 0`, or a date that is over by our clock, asks for no rest; the trouble stays one.
    if error.retry_after is not None and error.retry_after >= _FIRST_S:
        return min(error.retry_after, _LONGEST_S)
    if error.trouble is Trouble.TOO_MANY:
        return TOO_MANY_S
    if error.trouble in _DOWN:
        longest = min(_FIRST_S * 2 ** min(failures, _DOUBLINGS), _LAST_S)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
    return 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()
