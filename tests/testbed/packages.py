"""Docker engines and their helpers out of Debian packages, downloaded and unpacked, never installed.

`apt-get` does the downloading, with lists and archives of its own below the cache; keys, proxies and the
mirror's address are those of the machine. Where Debian's suites cannot be reached (another distribution:
no Debian source, or no keyring) there is one set, "distro": the distribution's own docker.io.
"""

import contextlib
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.testbed.errors import BedError
from tests.testbed.processes import run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class PackageSet(NamedTuple):
    """Packages that are unpacked into one directory.

    Attributes:
        suites: Tried in this order; empty for the machine's own sources.
        packages: All needed.
        optional: Taken where the distribution has them.
        version: What `dockerd --version` must contain: the suites move on.
    """

    suites: tuple[str, ...]
    packages: tuple[str, ...]
    optional: tuple[str, ...] = ()
    version: str = ""


# runc and the rest of bookworm run wherever glibc is at least 2.36
_HELPERS = ("runc", "tini", "busybox-static", "docker-registry")
SETS = {
    "base": PackageSet(("bookworm",), (*_HELPERS, "libdevmapper1.02.1", "libseccomp2")),
    "plugins": PackageSet(("forky", "sid"), ("docker-compose", "docker-buildx")),
    "20.10": PackageSet(("bookworm",), ("docker.io", "containerd"), version="20.10."),
    "26.1": PackageSet(("trixie",), ("docker.io", "docker-cli", "containerd"), version="26.1."),
    "28.5": PackageSet(("forky", "sid"), ("docker.io", "docker-cli", "containerd"), version="28.5."),
    "prometheus": PackageSet(("bookworm",), ("prometheus",)),
    "distro-prometheus": PackageSet((), ("prometheus",)),
    "distro": PackageSet(
        (),
        ("docker.io", "containerd", *_HELPERS),
        ("docker-cli", "docker-compose-v2", "docker-buildx", "libdevmapper1.02.1"),
    ),
}
ENGINES = ("20.10", "26.1", "28.5", "distro")


def cache_directory() -> Path:
    """Return where downloads are kept: $CTR_UPDATER_CACHE, else below the user's cache directory."""
    if own := os.environ.get("CTR_UPDATER_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ctr-updater"


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock that all test runs of this user share."""
    cache_directory().mkdir(parents=True, exist_ok=True)
    with (cache_directory() / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def mirror() -> str:
    """Return the Debian mirror of the machine's apt; empty without one, or without the keyring."""
    if not KEYRING.exists():
        return ""
    uris = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    # "debian.list" ends the address of a mirror list, as in Debian's cloud images
    return next((uri for uri in uris if uri.rstrip("/").rpartition("/")[2] in {"debian", "debian.list"}), "")


def default_engine() -> str:
    """Return the engine that a release is tested with, or the one that can be had."""
    if not mirror():
        return "distro"
    try:
        fetch("28.5")
    except BedError as error:  # the suites that move have moved on; the stable one has not
        sys.stderr.write(f"{error}; taking 26.1 instead\n")
        return "26.1"
    return "28.5"


def roots(engine: str) -> list[Path]:
    """Return the directories with the unpacked packages of `engine`, its own first; fetch what is missing.

    Raises:
        BedError: A package cannot be had.
    """
    names = ["distro"] if engine == "distro" else [engine, "base", "plugins"]
    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(fetch, names))


def helpers() -> Path:
    """Return the root with busybox and the registry."""
    return fetch("base" if mirror() else "distro")


def prometheus() -> Path:
    """Return the root with prometheus and promtool."""
    return fetch("prometheus" if mirror() else "distro-prometheus")


def fetch(name: str) -> Path:
    """Return the root of one set, downloaded once and renamed into place when complete."""
    root = cache_directory() / name
    with locked(f"set-{name}"):
        if not root.exists():
            _fetch(SETS[name], root)
    return root


def _fetch(wanted: PackageSet, root: Path) -> None:
    failures = []
    for suite in wanted.suites or ("",):
        with tempfile.TemporaryDirectory(dir=root.parent, prefix=".fetch-") as work:
            try:
                _unpack(wanted, suite, Path(work))
            except BedError as error:
                failures.append(f"{suite or 'own sources'}: {error}")
            else:
                Path(work, "root").rename(root)
                return
    raise BedError(f"cannot get {root.name}: " + "; ".join(failures))


def _unpack(wanted: PackageSet, suite: str, work: Path) -> None:
    with locked(f"apt-{suite or 'own'}"):
        apt = _apt(suite)
        run(*apt, "update")
        run(*apt, "download", *wanted.packages, cwd=work)
        for package in wanted.optional:
            with contextlib.suppress(BedError):
                run(*apt, "download", package, cwd=work)
    for archive in sorted(work.glob("*.deb")):
        run("dpkg-deb", "-x", archive, work / "root")
    if wanted.version:
        dockerd = work / "root/usr/sbin/dockerd"
        found = run(dockerd, "--version", env=library_path([work / "root", fetch("base")]))
        if wanted.version not in found:
            raise BedError(f"wanted {wanted.version}, found {found.strip()}")


def _apt(suite: str) -> list[str]:
    """Return apt-get with private lists: one suite of Debian, or the machine's own sources."""
    place = cache_directory() / "apt" / (suite or "own")
    for part in ("lists/partial", "archives/partial"):
        (place / part).mkdir(parents=True, exist_ok=True)
    options: dict[str, object] = {
        "Dir::State::Lists": place / "lists",
        "Dir::Cache::Archives": place / "archives",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",  # its own user could not write into a home directory
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
    }
    if suite:
        sources = place / "sources.list"
        sources.write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
        options |= {
            "Dir::Etc::SourceList": sources,
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State::status": "/dev/null",
        }
    return ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]


def library_path(places: list[Path]) -> dict[str, str]:
    """Return the environment by which programs in `places` find the libraries that the machine lacks."""
    if all(library in run("ldconfig", "-p") for library in ("libdevmapper.so.1.02.1", "libseccomp.so.2")):
        return {}
    found = [
        d
        for root in places
        for part in ("lib", "usr/lib")
        for d in sorted((root / part).glob("*-linux-gnu*"))
    ]
    return {"LD_LIBRARY_PATH": ":".join(map(str, found))}
