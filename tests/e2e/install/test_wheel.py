"""What is installed of the wheel: both commands, and all that they import.

Its dependencies are those of the tests' environment; `make test-install` installs them, too.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.testbed.installed import check

ROOT = Path(__file__).parents[3]


def test_the_wheel_in_a_new_environment_has_commands_that_answer(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    made, home = tmp_path / "venv", tmp_path / "home"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    (packages,) = made.glob("lib/*/site-packages")
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    environ = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", made / "bin" / "python", *install], env=environ, check=True
    )
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    check(made / "bin", home)

    where = [str(made / "bin" / "python"), "-c", "import watcher; print(watcher.__file__)"]
    found = subprocess.run(where, cwd=home, capture_output=True, text=True, check=True).stdout
    assert found.startswith(f"{packages}/")
