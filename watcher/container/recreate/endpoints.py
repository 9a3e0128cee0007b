"""Networks: what the user asked of each, without what the engine assigned."""

from ipaddress import IPv4Address
from typing import Any

from watcher.container.recreate.host import endpoint_sysctls
from watcher.container.recreate.payload import section
from watcher.engine.capabilities import ALIASES_WITHOUT_NAMES, MAC_IN_ENDPOINT, Api
from watcher.model.json_object import JsonView

SYSCTLS = "com.docker.network.endpoint.sysctls"

_ASSIGNED = (
    "DNSNames", "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen",
    "IPv6Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "MacAddress",
)  # fmt: skip
_DEFAULT = ("default", "bridge")  # the predefined ones of Linux
_WITHOUT_OPTIONS = {"host", "none"}


def endpoints(container: JsonView, api: Api) -> dict[str, dict[str, Any]]:
    """Endpoint configurations by network name, that of NetworkMode first.

    Empty where the container has no networks of its own: `host`, `none` and `container:`. A container that
    was moved from `none` to a network has that network, and create takes it (20.10 to 28.5).

    Args:
        container: Inspect at API 1.51 or lower (newer ones do not show the MAC address that was asked
            for), read while the container runs (a stop erases the MAC addresses of further networks).
        api: API version of the calls that will be made.
    """
    networks = section(section(container, "NetworkSettings"), "Networks")
    first = primary(container)
    names = sorted(networks.keys() - _WITHOUT_OPTIONS, key=lambda name: (name != first, name))
    return {name: _endpoint(container, name, networks[name], api) for name in names}


def primary(container: JsonView) -> str:
    """The attached network that NetworkMode means by name, id or part of an id; "" where there is none."""
    mode = container["HostConfig"].get("NetworkMode") or "default"
    networks = section(section(container, "NetworkSettings"), "Networks")
    if mode in networks:
        return str(mode)
    if mode in _DEFAULT:
        return next((name for name in networks if name in _DEFAULT), "")
    return next((name for name, end in networks.items() if (end.get("NetworkID") or "").startswith(mode)), "")


def _endpoint(container: JsonView, name: str, current: JsonView, api: Api) -> dict[str, Any]:
    endpoint = {key: value for key, value in current.items() if key not in _ASSIGNED and value}
    endpoint["IPAMConfig"] = {key: value for key, value in section(current, "IPAMConfig").items() if value}
    endpoint["Aliases"] = [] if name in _DEFAULT else _aliases(container, current, api)
    is_primary = name == primary(container)
    endpoint["MacAddress"] = _mac(container, current, api, is_primary=is_primary)
    if is_primary and (sysctls := endpoint_sysctls(container["HostConfig"], api)):
        endpoint["DriverOpts"] = _with_sysctls(section(current, "DriverOpts"), list(sysctls.values()))
    return {key: value for key, value in endpoint.items() if value}


def _aliases(container: JsonView, current: JsonView, api: Api) -> list[str]:
    """The user's aliases, without those of the engine: the short id, and before API 1.45 the host name."""
    aliases, short = list(current.get("Aliases") or ()), container["Id"][:12]
    if not ALIASES_WITHOUT_NAMES.on(api) and short in aliases:
        return aliases[: aliases.index(short)]
    return [alias for alias in aliases if alias != short]


def _mac(container: JsonView, current: JsonView, api: Api, *, is_primary: bool) -> str:
    """The address that was asked for.

    For NetworkMode's network `Config.MacAddress` says it. For further ones nothing does: what runs now is
    kept, unless it is the engine's own derivation from the IPv4 address (before 28.0), which must not be
    tied to this container since the address is not.
    """
    if not MAC_IN_ENDPOINT.on(api):
        return ""
    if is_primary:
        return container["Config"].get("MacAddress") or ""
    mac, address = (current.get("MacAddress") or "").lower(), current.get("IPAddress") or ""
    return "" if address and mac == _derived_mac(address) else mac


def _derived_mac(address: str) -> str:
    """The MAC address that engines before 28.0 derive from an IPv4 address; empty for any other text."""
    try:
        numbers = IPv4Address(address).packed
    except ValueError:
        return ""
    return ":".join(["02", "42", *(f"{number:02x}" for number in numbers)])


def _with_sysctls(driver_opts: JsonView, sysctls: list[str]) -> dict[str, str]:
    given = [driver_opts[SYSCTLS]] if SYSCTLS in driver_opts else []
    return {**driver_opts, SYSCTLS: ",".join([*given, *sysctls])}
