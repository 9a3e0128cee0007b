"""HostConfig: as it is, but for what the engine filled in itself and what a newer engine refuses."""

import re
from collections.abc import Mapping
from typing import Any

from watcher.container.recreate.payload import section
from watcher.dependencies.namespaces import link_of
from watcher.engine.capabilities import NO_KERNEL_MEMORY, SYSCTLS_IN_ENDPOINT, Api
from watcher.model.json_object import JsonView

# The engine stores its own default lists in the container (moby `oci/defaults.go`). Sent back, they would
# keep a newer engine's longer list off: 20.10 lacks powercap, 26.1 lacks /proc/interrupts and the
# thermal_throttle of each CPU, 28.5 has them all; before 19.03 /proc/asound was read-only, not masked.
_MASKED_ALWAYS = frozenset(
    f"/proc/{name}"
    for name in ("acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi")
) | {"/sys/firmware"}
_MASKED_EVER = re.compile(
    r"/proc/(asound|interrupts)|/sys/devices/virtual/powercap"
    r"|/sys/devices/system/cpu/cpu\d+/thermal_throttle"
)
_READONLY_ALWAYS = frozenset(f"/proc/{name}" for name in ("bus", "fs", "irq", "sys", "sysrq-trigger"))
_READONLY_EVER = re.compile(r"/proc/asound")

_OF_ETH0 = re.compile(r"net\.[^.]+\.[^.]+\.eth0\.")
_NAMESPACES = ("NetworkMode", "IpcMode", "PidMode")


def host_config(host: JsonView, api: Api, successors: Mapping[str, str]) -> dict[str, Any]:
    """HostConfig to send, but for its mounts; unknown keys as they are.

    Args:
        host: `HostConfig` of the container.
        api: API version of the create call.
        successors: New ids of replaced containers by their old ones, and by their names.
    """
    result = {key: value for key, value in host.items() if not _dropped(key, value, api)}
    result |= {key: _namespace(host[key], successors) for key in _NAMESPACES if host.get(key)}
    if host.get("Links"):
        result["Links"] = [_link(entry, successors) for entry in host["Links"]]
    if host.get("PortBindings"):
        result["PortBindings"] = {port: _bindings(given) for port, given in host["PortBindings"].items()}
    if moved := endpoint_sysctls(host, api):
        result["Sysctls"] = {key: value for key, value in host["Sysctls"].items() if key not in moved}
    return result


def endpoint_sysctls(host: JsonView, api: Api) -> dict[str, str]:
    """Sysctls of eth0 that must be said with the network: their old names and the new `name=value`.

    From API 1.48 create answers 400 to `net.ipv4.conf.eth0.x`; older versions move it by themselves.
    """
    if not SYSCTLS_IN_ENDPOINT.on(api):
        return {}
    sysctls = section(host, "Sysctls")
    return {
        key: f"{key.replace('.eth0.', '.IFNAME.')}={sysctls[key]}" for key in sysctls if _OF_ETH0.match(key)
    }


def _dropped(key: str, value: Any, api: Api) -> bool:
    match key:
        case "MaskedPaths":
            return _is_default(value, _MASKED_ALWAYS, _MASKED_EVER)
        case "ReadonlyPaths":
            return _is_default(value, _READONLY_ALWAYS, _READONLY_EVER)
        case "KernelMemory" | "KernelMemoryTCP":
            # Removed in API 1.42: the engine ignores what an older one stored.
            return not value or NO_KERNEL_MEMORY.on(api)
        case _:
            return False


def _is_default(paths: list[str] | None, always: frozenset[str], ever: re.Pattern[str]) -> bool:
    if paths is None:
        return False
    return always <= set(paths) and all(ever.fullmatch(path) for path in set(paths) - always)


def _namespace(mode: str, successors: Mapping[str, str]) -> str:
    kind, _, provider = mode.partition(":")
    return f"container:{successors[provider]}" if kind == "container" and provider in successors else mode


def _link(entry: str, successors: Mapping[str, str]) -> str:
    """A legacy link; to a successor by its id, for the name is not its own yet."""
    provider, alias = link_of(entry)
    return f"{successors[provider]}:{alias}" if provider in successors else entry


def _bindings(given: list[JsonView] | None) -> list[Any]:
    """An empty list means any port; API 1.52 warns of it, and all versions take it said in full."""
    return list(given or [{"HostIp": "", "HostPort": ""}])
