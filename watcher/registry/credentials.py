"""Who we are to a registry, found as the docker CLI finds it.

In this order: the variables `CTR_UPDATER_REGISTRY_*`, for the one registry that they name; the JSON in
`DOCKER_AUTH_CONFIG`; the CLI's config.json, where a credential helper beats what stands in the file itself.
As with the CLI, a helper that has no login means none, whatever the file says (docker/cli
`cli/config/configfile/file.go` and `cli/config/credentials/*.go`). No secret is in any repr or message.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from watcher.model.docker_cli import config_folder
from watcher.model.quoting import whole
from watcher.model.reference import HUB
from watcher.model.values import frozen
from watcher.registry.credential_helpers import HelperFailed, ask
from watcher.registry.docker_config import ConfigFile, parse
from watcher.registry.login import Login, Unreadable, host_of, server_of

FRESH_S = 300.0  # a helper's answer; the shortest-lived logins known last an hour
TROUBLE_FRESH_S = 60.0  # a helper's failure, which somebody may be mending
_TOKEN_USER = "<token>"  # noqa: S105 - what a helper calls the user of an identity token
_REGISTRY = "CTR_UPDATER_REGISTRY"
_USER, _PASSWORD = f"{_REGISTRY}_USER", f"{_REGISTRY}_PASSWORD"
_VARIABLES = (_USER, f"{_USER}_FILE", _PASSWORD, f"{_PASSWORD}_FILE")


class Credentials:
    """Finds logins; reads files again when they change, and asks a helper once for many tags.

    Args:
        environ: The environment, which helpers are given too.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._file = ConfigFile(Path(config_folder(environ)) / "config.json")
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._answers: dict[str, _Answer] = {}

    async def find(self, domain: str) -> Login:
        """Find the login at a registry (`ImageRef.domain`).

        Whatever is broken on the way becomes `Login.trouble`.
        """
        if login := self._of_variables(domain):
            return login
        given = parse(self._environ.get("DOCKER_AUTH_CONFIG", ""), "DOCKER_AUTH_CONFIG")
        login = given.login(domain)
        if not login.anonymous:
            return login
        found = await self._of_file(domain)
        return evolve(found, trouble=login.trouble) if found == Login() else found

    def forget(self, domain: str) -> None:
        """Ask the helper anew next time: the registry refused the login that it gave."""
        self._answers.pop(domain, None)

    async def _of_file(self, domain: str) -> Login:
        config = self._file.read()
        in_file = config.login(domain)
        helper = config.helper(domain)
        if not helper:
            return in_file
        # The CLI takes what no helper can hold from the file.
        return evolve(await self._of_helper(helper, domain), registry_token=in_file.registry_token)

    async def _of_helper(self, helper: str, domain: str) -> Login:
        async with self._locks[domain]:
            now = asyncio.get_running_loop().time()
            known = self._answers.get(domain)
            if not known or known.helper != helper or known.until < now:
                known = _Answer(helper, await _asked(helper, domain, self._environ), now)
                self._answers[domain] = known
            return known.login

    def _of_variables(self, domain: str) -> Login | None:
        named = self._environ.get(_REGISTRY) or HUB
        if host_of(named) != domain or not any(self._environ.get(name) for name in _VARIABLES):
            return None
        try:
            return Login(self._value(_USER), self._value(_PASSWORD))
        except Unreadable as error:
            return Login(trouble=str(error))

    def _value(self, name: str) -> str:
        value, path = self._environ.get(name), self._environ.get(f"{name}_FILE")
        if value and path:
            raise Unreadable(f"{name} and {name}_FILE are both set: keep one")
        if path:
            value = _content(f"{name}_FILE", Path(path))
        if not value:
            raise Unreadable(f"{name} or {name}_FILE is needed too: it is empty or not set")
        if value != whole(value):
            raise Unreadable(f"{name} is not text")
        return value


@frozen
class _Answer:
    helper: str
    login: Login
    asked_at: float  # seconds of the loop's clock

    @property
    def until(self) -> float:
        return self.asked_at + (TROUBLE_FRESH_S if self.login.trouble else FRESH_S)


async def _asked(helper: str, domain: str, environ: Mapping[str, str]) -> Login:
    try:
        answer = await ask(helper, server_of(domain), environ)
    except HelperFailed as error:
        return Login(trouble=str(error))
    if answer and answer[0] == _TOKEN_USER:
        return Login(identity_token=answer[1])
    return Login(*answer) if answer else Login()


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text().rstrip("\r\n")
    except OSError as error:
        raise Unreadable(f"{name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{name}: {path} is not text") from None
