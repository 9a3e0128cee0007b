"""The archive of a release is the image: an engine loads and runs it, and it says the same of itself."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.image.conftest import ROOT, Docker
from watcher import __version__

LOADED = f"ctr-updater:{__version__}"
SCRIPT = ROOT / ".ci/image/oci.py"
SAME = ("Env", "Entrypoint", "Labels", "Healthcheck")


@pytest.fixture(scope="module")
def archive(docker: Docker, image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image as `make release-images` writes it."""
    folder = tmp_path_factory.mktemp("archive")
    saved, made = folder / "saved.tar", folder / "made.oci.tar"
    docker("save", "-o", saved, image)
    subprocess.run([sys.executable, str(SCRIPT), str(saved), str(made), "1700000000"], check=True)
    return made


@pytest.fixture
def loaded(docker: Docker, archive: Path) -> Iterator[str]:
    """The image that an engine made of the archive."""
    done = docker("load", "-i", archive)
    assert done.code == 0, done.err
    yield LOADED
    docker("rmi", LOADED)


def test_an_engine_loads_it_and_it_is_the_same_image(docker: Docker, image: str, loaded: str) -> None:
    configs = [json.loads(docker("image", "inspect", name).out)[0]["Config"] for name in (image, loaded)]

    assert [configs[0][key] for key in SAME] == [configs[1][key] for key in SAME]
    assert docker("run", "--rm", loaded, "--version").out == f"ctr-updater, version {__version__}\n"
    checked = docker("run", "--rm", "--entrypoint", "python3", loaded, "-ISm", "watcher.selfcheck")
    assert checked == (0, "", "")


def test_what_is_in_it_is_told_by_its_sbom(archive: Path) -> None:
    command = [sys.executable, str(ROOT / ".ci/image/contents.py"), str(archive)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    names = {each["name"] for each in told["components"]}
    assert {"aiohttp", "click", "libc6", "libssl3t64", "libpython3.13-minimal", "tzdata"} <= names
