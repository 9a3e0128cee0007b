"""The base that the image is built on in tests: Debian with Python, and everything that pip will ask for.

Docker Hub may be out of reach where tests run; Debian and the index of Python packages are not. The base
carries the wheels of .ci/runtime.txt and tells pip to look nowhere else, so that the build needs no network.
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.testbed import images, packages
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.processes import run

SUITE = "trixie"
PYTHON = "3.13"  # of that suite
PACKAGES = ("binutils", "ca-certificates", "python3", "python3-pip", "tzdata")
PIP_SETTINGS = "[global]\nno-index = true\nfind-links = /wheels\n"


def base_image(engine: PrivateEngine, requirements: Path) -> str:
    """Make the base on the engine and return its name.

    Raises:
        BedError: debootstrap or pip failed, or is not there.
    """
    with archive().open("rb") as root:
        command = ["docker", "import", "-", "base-root:test"]
        done = subprocess.run(command, env=engine.environ, stdin=root, capture_output=True, check=False)
    if done.returncode:
        raise BedError(f"docker import: {done.stderr.decode(errors='replace')}")
    files = {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels(requirements).iterdir()}
    dockerfile = "FROM base-root:test\nCOPY wheels /wheels\nCOPY pip.conf /etc/\n"
    images.build(engine, "base:test", dockerfile, context={**files, "pip.conf": PIP_SETTINGS})
    return "base:test"


def archive() -> Path:
    """Return Debian's root directory as a tar; 40 s the first time, cached afterwards."""
    return _cached(f"rootfs-{SUITE}-{_digest(' '.join(PACKAGES).encode())}.tar", _bootstrap)


def wheels(requirements: Path) -> Path:
    """Return a directory with the wheels that pip would install from `requirements` in the base; cached."""
    return _cached(f"wheels-{_digest(requirements.read_bytes())}", lambda to: _download(requirements, to))


def _bootstrap(target: Path) -> None:
    with tempfile.TemporaryDirectory() as root:
        mirror = [packages.mirror()] if packages.mirror().startswith("http") else []
        included = f"--include={','.join(PACKAGES)}"
        _run("debootstrap", "--variant=minbase", included, SUITE, root, *mirror)
        _run("tar", "-cf", target, "-C", root, "--exclude=./var/cache/apt", "--exclude=./dev/*", ".")


def _download(requirements: Path, target: Path) -> None:
    tags = [f"manylinux{version}_{platform.machine()}" for version in ("_2_17", "2014", "_2_28", "_2_34")]
    platforms = [word for tag in tags for word in ("--platform", tag)]
    chosen = ["--require-hashes", "--only-binary=:all:", "--python-version", PYTHON, *platforms]
    _run(sys.executable, "-m", "pip", "download", "--quiet", *chosen, "-d", target, "-r", requirements)


def _run(*command: object) -> None:
    try:
        run(*command)
    except FileNotFoundError as error:
        raise BedError(f"{command[0]} is not installed") from error


def _cached(name: str, make: Callable[[Path], None]) -> Path:
    path = packages.cache_directory() / name
    with packages.locked(name):
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".make-") as work:
                make(Path(work, name))
                Path(work, name).rename(path)
    return path


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
