"""The build takes what it should, and fails rather than make an image that lacks something."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.image.conftest import ROOT, Docker
from tests.testbed.cli import Result
from tests.testbed.stack import Stack


def test_classic_builder_makes_it_too(docker: Docker, stack: Stack, base: str) -> None:
    name = stack.name("classic")

    built = docker(
        *("build", "--network", "none", "--build-arg", f"BASE={base}", "-t", name, ROOT),
        env={"DOCKER_BUILDKIT": "0"},
    )

    assert built.code == 0, built.err
    assert docker("run", "--rm", name, "--version").code == 0


def test_package_may_not_import_what_is_left_out(tmp_path: Path) -> None:
    refused = trim(tmp_path, "def later() -> None:\n    import pydoc\n")

    assert (refused.code, refused.err) == (
        1,
        "watcher.added imports pydoc, which trim.py leaves out\n",
    )


def trim(directory: Path, source: str) -> Result:
    """Run trim.py on a package that consists of one module."""
    package = directory / "lib/watcher"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "added.py").write_text(source)
    script = ROOT / ".ci/image/trim.py"
    arguments = [ROOT / "pyproject.toml", directory / "lib", directory / "root"]
    done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)
