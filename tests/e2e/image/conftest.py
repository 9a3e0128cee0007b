"""Fixtures of the image: built once in a session, and run as users run it."""

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.testbed import rootfs
from tests.testbed.cli import Result
from tests.testbed.engine import PrivateEngine
from watcher import __version__

ROOT = Path(__file__).parents[3]
NAME = "ctr-updater"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")

Docker = Callable[..., Result]


@pytest.fixture(scope="session")
def docker(engine: PrivateEngine) -> Docker:
    """Run the engine's docker CLI: `docker("run", ..., env={...})` returns code and outputs."""

    def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
        command = ["docker", *map(str, arguments)]
        environ = {**engine.environ, **(env or {})}
        done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def base(engine: PrivateEngine) -> str:
    """The name of a base to build on, which needs no network."""
    return rootfs.base_image(engine, ROOT / ".ci/notify.txt")


@pytest.fixture(scope="session")
def image(docker: Docker, base: str) -> str:
    """The name of the image, built from the working tree without a network."""
    versions = ["--build-arg", f"VERSION={__version__}", "--build-arg", "REVISION=abc123"]
    built = docker("build", "--network", "none", "--build-arg", f"BASE={base}", *versions, "-t", NAME, ROOT)
    if built.code:
        pytest.fail(f"the image does not build: {built.out}{built.err}", pytrace=False)
    return NAME


@pytest.fixture(scope="session")
def full_image(docker: Docker, image: str, base: str) -> str:
    """The name of the image with Apprise, which lies on the other."""
    name = f"{image}:full"
    arguments = ["--build-arg", f"BASE={base}", "--build-arg", f"VERSION={__version__}"]
    arguments += ["--build-arg", "REVISION=abc123", "--target", "full", "-t", name, str(ROOT)]
    built = docker("build", "--network", "none", *arguments)
    if built.code:
        pytest.fail(f"the full image does not build: {built.out}{built.err}", pytrace=False)
    return name


@pytest.fixture(scope="session")
def contents(engine: PrivateEngine, image: str) -> dict[str, tarfile.TarInfo]:
    """Every file of the image, by its path."""
    return files(engine, image)


def files(engine: PrivateEngine, image: str) -> dict[str, tarfile.TarInfo]:
    """Every file of an image, by its path."""
    container = engine.docker("create", image)
    exported = subprocess.run(
        ["docker", "export", container], env=engine.environ, capture_output=True, check=True
    ).stdout
    engine.docker("rm", container)
    with tarfile.open(fileobj=io.BytesIO(exported)) as archive:
        return {f"/{member.name}": member for member in archive}


@pytest.fixture
def run(engine: PrivateEngine, docker: Docker, image: str) -> Callable[..., Result]:
    """Run the image with the engine's socket: `run("NAME", options=[...])`."""

    def run_it(*arguments: str, options: tuple[str, ...] = ()) -> Result:
        socket = ("-v", f"{engine.socket}:/var/run/docker.sock")
        return docker("run", "--rm", *socket, *options, image, *arguments)

    return run_it


@pytest.fixture
def socket_group(engine: PrivateEngine) -> int:
    """The group that may talk to the engine."""
    return engine.socket.stat().st_gid
