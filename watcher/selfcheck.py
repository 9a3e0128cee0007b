"""Proves, as the last step of the image's build, that nothing which the program may need was trimmed away.

`python3 -m watcher.selfcheck` imports every module of the directory that holds the package. In the image this
directory is the whole Python library, which was cut down to what import statements reach (docs/image.md): a
module that then fails to import has had its own needs cut off. What no import shows is tried for real:
certificates, time zones, names.
"""

import asyncio
import contextlib
import importlib
import importlib.metadata
import pkgutil
import socket
import sqlite3
import ssl
import sys
import time
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

CODECS = ("ascii", "idna", "iso8859-1", "unicode_escape", "utf-8", "utf-8-sig", "utf-16", "utf-32")


def main() -> None:
    """Exit 1 with one line for each thing that is missing, else 0."""
    complaints = [*unimportable(Path(__file__).parents[1]), *failing(CHECKS)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)  # noqa: T201 - a build step talks to who builds
    sys.exit(1 if complaints else 0)


def unimportable(directory: Path) -> Iterator[str]:
    """What is wrong with each module in or below a directory on `sys.path` that cannot be imported."""
    failed: list[str] = []
    for module in pkgutil.walk_packages([str(directory)], onerror=failed.append):
        if module.name.endswith("__main__"):  # to import it is to run it
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the image is broken
            yield f"import {module.name}: {error!r}"


def failing(checks: tuple[Callable[[], object], ...]) -> Iterator[str]:
    """What is wrong with each check that raises or returns nothing."""
    for check in checks:
        try:
            if not check():
                yield f"{check.__name__}: found nothing"
        except Exception as error:  # noqa: BLE001 - whatever it is, the image is broken
            yield f"{check.__name__}: {error!r}"


def certificates() -> object:
    """The authorities that a TLS connection to a registry will trust."""
    return ssl.create_default_context().get_ca_certs()


def codecs() -> object:
    """Every codec is there: each is loaded by its name."""
    return ["registry".encode(codec).decode(codec) for codec in CODECS]


def database() -> object:
    """SQLite is there, with its library."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        return connection.execute("SELECT sqlite_version()").fetchone()


def event_loop() -> object:
    """A thread can be started from the event loop, used for it, and joined at its end."""
    return asyncio.run(asyncio.to_thread(time.strptime, "2026", "%Y"))


def home() -> object:
    """Known even to a user without an entry in /etc/passwd."""
    return Path.home()


def host_names() -> object:
    """/etc/hosts is read."""
    return socket.getaddrinfo("localhost", 80)


def page() -> object:
    """What the listener serves to browsers."""
    from watcher.web.page import FOLDER  # noqa: PLC0415 - only the check itself needs it

    return (FOLDER / "index.html").read_bytes() and [*FOLDER.glob("*.js")] and [*FOLDER.glob("*.css")]


def time_zones() -> object:
    """The data of a zone, and the one of the system itself."""
    return [zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo("Europe/Berlin")]


def versions() -> object:
    """A dependency that asks for its own version as it is imported gets one."""
    return importlib.metadata.version("aiodocker")


CHECKS = (certificates, codecs, database, event_loop, home, host_names, page, time_zones, versions)

if __name__ == "__main__":
    main()
