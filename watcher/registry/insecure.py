"""Which registries the engine speaks to without verified TLS, for what it may pull may be asked for too.

The rule is that of moby's registry/config.go (`isSecureIndex`): an entry of `IndexConfigs` decides for its
very name; else a registry is insecure where one of its addresses lies in `InsecureRegistryCIDRs`, which
holds 127.0.0.0/8 on every engine. A name that cannot be resolved is secure.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address, ip_network

from watcher.model.hosts import host_of
from watcher.model.json_object import Json


class InsecureRegistries:
    """The registries that one engine speaks to without verified TLS.

    Args:
        info: Asks for the engine's GET /info, which changes when the engine reads its settings again.
    """

    def __init__(self, info: Callable[[], Awaitable[Json]]) -> None:
        self._info = info

    async def holds(self, domain: str) -> bool:
        """Tell whether the engine takes this registry without a valid certificate, or without TLS.

        Args:
            domain: `host` or `host:port`, as in an `ImageRef`.
        """
        settings = (await self._info()).get("RegistryConfig") or {}
        if index := (settings.get("IndexConfigs") or {}).get(domain):
            return not index.get("Secure", True)
        networks = [ip_network(text, strict=False) for text in settings.get("InsecureRegistryCIDRs") or []]
        addresses = [ip_address(text) for text in await _addresses(domain)] if networks else []
        return any(address in network for address in addresses for network in networks)


async def _addresses(domain: str) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host_of(domain), None)
    except (OSError, UnicodeError):  # no such name; or a text that cannot be a name
        return []
    return [str(address[0]) for *_, address in found]
