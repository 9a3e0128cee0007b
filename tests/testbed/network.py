"""Bridges and addresses of private engines.

Each engine has one bridge and 4096 addresses out of 198.18.0.0/15, which is set aside for test equipment
(RFC 2544) and so in nobody's way. Two engines in one network namespace must never share `docker0`, and
never manage iptables: each flushes the chains of the other.
"""

import ipaddress
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.testbed.errors import BedError
from tests.testbed.packages import locked
from tests.testbed.processes import run

RANGE = ipaddress.IPv4Network("198.18.0.0/15")
PREFIX = "ctrbed"


class Bridge(NamedTuple):
    """What one engine may use: `bridge` for the default network, `pool` for all others."""

    name: str
    subnet: ipaddress.IPv4Network

    @property
    def bridge(self) -> ipaddress.IPv4Network:
        return next(self.subnet.subnets())

    @property
    def pool(self) -> ipaddress.IPv4Network:
        return list(self.subnet.subnets())[1]


def take(owner: Path) -> Bridge:
    """Create the first free bridge; `owner`, an existing directory, is written on it.

    Raises:
        BedError: All 32 are taken.
    """
    with locked("network"):
        used = {link["ifname"] for link in _links()} | {_bridge_of(address).name for address in _addresses()}
        for number in range(32):
            if f"{PREFIX}{number}" not in used:
                return _create(_bridge(number), owner)
    raise BedError("all bridges of the bed are taken: ip link show type bridge")


def release(owner: Path) -> None:
    """Remove every interface of the engine in `owner`, and its firewall rule."""
    with locked("network"):
        for link in _links():
            if _alias(link) == _signed(owner):
                _remove(_bridge(int(link["ifname"].removeprefix(PREFIX))))


def sweep() -> None:
    """Remove the bridges whose engine's directory is gone.

    Whoever has another file system (a chroot, a container) does not see those directories, and one whose
    alias cannot be read is somebody's: both are left alone.
    """
    with locked("network"):
        for link in _links():
            namespace, _, owner = _alias(link).partition(":")
            gone = namespace == _namespace() and not Path(owner).exists()
            if link["ifname"].startswith(PREFIX) and gone:
                _remove(_bridge(int(link["ifname"].removeprefix(PREFIX))))


def _bridge(number: int) -> Bridge:
    first = RANGE.network_address + number * 4096
    return Bridge(f"{PREFIX}{number}", ipaddress.IPv4Network((int(first), 20)))


def _bridge_of(address: ipaddress.IPv4Address) -> Bridge:
    return _bridge((int(address) - int(RANGE.network_address)) // 4096)


def _create(bridge: Bridge, owner: Path) -> Bridge:
    run("ip", "link", "add", bridge.name, "type", "bridge")
    run("ip", "link", "set", bridge.name, "alias", _signed(owner))
    # Else it is that of a port, changes as containers come and go, and the others lose their gateway.
    run("ip", "link", "set", bridge.name, "address", f"02:42:{bridge.bridge[1].packed.hex(':')}")
    run("ip", "addr", "add", f"{bridge.bridge[1]}/{bridge.bridge.prefixlen}", "dev", bridge.name)
    run("ip", "link", "set", bridge.name, "up")
    if shutil.which("iptables"):
        # the machine's own dockerd may have set the policy of FORWARD to DROP
        run("iptables", "-w", "-I", *_rule(bridge))
    return bridge


def _remove(bridge: Bridge) -> None:
    for link in _links():
        if link["ifname"] == bridge.name or any(a in bridge.subnet for a in _addresses_of(link)):
            run("ip", "link", "del", link["ifname"])
    if shutil.which("iptables"):
        run("iptables", "-w", "-D", *_rule(bridge))


def _rule(bridge: Bridge) -> list[str]:
    return ["FORWARD", "-s", str(bridge.subnet), "-d", str(bridge.subnet), "-j", "ACCEPT"]


def _signed(owner: Path) -> str:
    return f"{_namespace()}:{owner}"


def _namespace() -> str:
    """Which file system these paths are of: the mount namespace's inode, and the root's."""
    return f"{Path('/proc/self/ns/mnt').stat().st_ino}-{Path('/').stat().st_ino}"


def _alias(link: dict[str, Any]) -> str:
    # `ip -json addr` leaves the alias out
    try:
        return Path("/sys/class/net", link["ifname"], "ifalias").read_text().strip()
    except OSError:  # other engines' interfaces come and go
        return ""


def _links() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("ip", "-j", "addr") or "[]")
    return found


def _addresses_of(link: dict[str, Any]) -> Iterator[ipaddress.IPv4Address]:
    for info in link.get("addr_info", []):
        if info.get("family") == "inet":
            yield ipaddress.IPv4Address(info["local"])


def _addresses() -> list[ipaddress.IPv4Address]:
    return [a for link in _links() for a in _addresses_of(link) if a in RANGE]
