"""Free TCP ports on 127.0.0.1, for servers that are told their port and for published ones.

Engines in one network namespace hand out the same random ports and give up after ten attempts, so a test
names its ports itself.
"""

import random
import socket

from tests.testbed.errors import BedError

_reserved: list[socket.socket] = []


def free_port() -> int:
    """Return a port that nobody listens on, and that no other run is given while this process lives.

    From below the range that the kernel hands out for outgoing connections (32768 and up).
    """
    for port in random.sample(range(20000, 30000), 1000):
        if _reserve(port):
            return port
    raise BedError("no free port between 20000 and 30000 on 127.0.0.1")


def two_free_ports() -> int:
    """Return the first of two ports in a row; each of the two is as `free_port` gives one."""
    for port in random.sample(range(20000, 29999), 1000):
        if _reserve(port) and _reserve(port + 1):
            return port
    raise BedError("no two free ports in a row between 20000 and 30000 on 127.0.0.1")


def _reserve(port: int) -> bool:
    # an abstract unix socket is a lock that vanishes with its process
    lock = socket.socket(socket.AF_UNIX)
    try:
        lock.bind(f"\0ctr-bed-port-{port}")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        lock.close()
        return False
    _reserved.append(lock)
    return True
