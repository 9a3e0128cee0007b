"""The images of the matrix: as it was, rebuilt with the same config, and with other defaults throughout."""

from typing import Any

from tests.testbed.stack import Stack

_MS = 10**6
# The shell is process 1: without the trap it would ignore every signal.
_SERVE = "#!/bin/sh\ntrap 'exit 0' TERM INT HUP USR1 USR2\nsleep 1000000 & wait\n"
_ENTRY = '#!/bin/sh\n[ $# -gt 0 ] || set -- /serve\nexec "$@"\n'
_FILES = {"serve": _SERVE, "entry": _ENTRY, "enter": _ENTRY, "data/seed": "seed\n"}

OLD: dict[str, Any] = {
    "Env": ["PATH=/bin", "COMMON=old", "SAME=same", "OLDONLY=1"],
    "Entrypoint": ["/entry"],
    "Cmd": ["/serve", "--old"],
    "Labels": {"common": "old", "same": "same", "oldonly": "1"},
    "ExposedPorts": {"80/tcp": {}, "8080/tcp": {}},
    "Volumes": {"/data": {}, "/old": {}},
    "WorkingDir": "/etc/",
    "User": "root",
    "StopSignal": "SIGUSR1",
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 200 * _MS, "Timeout": 5000 * _MS, "Retries": 3},
}
NEW: dict[str, Any] = {
    "Env": ["PATH=/bin:/sbin", "SAME=same", "COMMON=new", "NEWONLY=1"],
    "Entrypoint": ["/enter"],
    "Cmd": ["/serve", "--new"],
    "Labels": {"common": "new", "same": "same", "newonly": "1"},
    "ExposedPorts": {"80/tcp": {}, "9090/tcp": {}},
    "Volumes": {"/data": {}, "/new": {}},
    "WorkingDir": "/var",
    "User": "0",
    "StopSignal": "SIGUSR2",
    "Healthcheck": {
        "Test": ["CMD-SHELL", "true"],
        "Interval": 250 * _MS,
        "Timeout": 6000 * _MS,
        "Retries": 4,
    },
}


def load(stack: Stack, name: str, config: dict[str, Any], *, build: int = 0) -> str:
    """Load an image with just this Config under a name, and return its id; each build has one of its own."""
    return stack.image(name, marker="m", config=config, files=_FILES | {"build": f"{build}\n"})
