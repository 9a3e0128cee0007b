"""pip, pipx and uv install the commands from the sources, with their dependencies: `make test-install`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testbed.installed import check

ROOT = Path(__file__).parents[3]
# Each is run in an environment of its own, whose programs come first on PATH.
WAYS = {
    "pip": ("pip install --quiet {root}",),
    "pip with messages": ("pip install --quiet {root}[notify]",),
    "pipx": ("pip install --quiet pipx", "pipx install --quiet {root}"),
    "uv": ("pip install --quiet uv", "uv tool install --quiet {root}"),
}

pytestmark = pytest.mark.skipif(not os.environ.get("INSTALL_WAYS"), reason="make test-install runs it")


@pytest.mark.parametrize("way", WAYS)
def test_the_commands_are_there_and_answer(way: str, tmp_path: Path) -> None:
    tools, programs, home = tmp_path / "tools", tmp_path / "programs", tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    places = {"PIPX_HOME": tmp_path / "pipx", "PIPX_BIN_DIR": programs, "PIPX_MAN_DIR": tmp_path / "man"}
    places |= {"UV_TOOL_DIR": tmp_path / "uv", "UV_TOOL_BIN_DIR": programs, "UV_PYTHON": Path(sys.executable)}
    environ = os.environ | {name: str(path) for name, path in places.items()}
    environ["PATH"] = f"{tools / 'bin'}:{environ['PATH']}"
    for step in WAYS[way]:
        command = step.format(root=ROOT).split()
        subprocess.run([tools / "bin" / command[0], *command[1:]], env=environ, check=True)

    check(programs if programs.exists() else tools / "bin", home)
