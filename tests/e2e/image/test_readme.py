"""What the README shows is what happens: each of its commands is run, or has a test of its own."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.image.conftest import ROOT
from tests.testbed.archive import busybox
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine

README = (ROOT / "README.md").read_text()
SOCKET = "/var/run/docker.sock"
DOCKERFILE = """
FROM scratch
COPY busybox /busybox
COPY index.html /
STOPSIGNAL SIGKILL
CMD ["/busybox", "httpd", "-f"]
"""

# Commands whose own tests are elsewhere, and where.
ELSEWHERE = {
    "make demo": "tests/integration/cli/test_demo.py",
    "make test": "this very run",
    "docker build -t ctr-updater .": "tests/e2e/image/test_build.py",
    f"docker run -d --name ctr-updater -v {SOCKET}:{SOCKET} ctr-updater watcher run": (
        "tests/e2e/image/test_newcomer.py"
    ),
    "docker compose up -d": "tests/e2e/image/test_service.py",
}


def shown() -> Iterator[tuple[str, str]]:
    """Each command of the README with the output that it shows for it."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        yield from re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", block, re.MULTILINE)
    for command in re.findall(r"^    (make \w+|docker .*)$", README, re.MULTILINE):
        yield command, ""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the exercise's web server in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "busybox").write_bytes(busybox())
    (folder / "busybox").chmod(0o755)
    (folder / "index.html").write_text("a page\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


@pytest.mark.usefixtures("image", "stack")
def test_every_command_does_what_it_shows(engine: PrivateEngine, cli: Commands, project: Path) -> None:
    environ = engine.environ | cli.environ | {"CTR_UPDATER_STABLE_FOR": "500ms"}
    environ["PATH"] = f"{cli.environ['PATH'].split(':')[0]}:{engine.environ['PATH']}"

    for command, output in shown():
        if command in ELSEWHERE:
            continue
        here = ["bash", "-c", command.replace(f"-v {SOCKET}:", f"-v {engine.socket}:")]
        done = subprocess.run(here, cwd=project, env=environ, capture_output=True, text=True, check=False)

        assert done.returncode == 0, (command, done.stderr)
        if output:
            assert done.stdout == output, (command, done.stderr)
