"""What a machine lacks is installed; a browser that its distribution has no package of is done without."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APT = """#!/bin/sh
echo "$*" >> "$APT_LOG"
case "$*" in *--simulate*chromium*) exit "$CHROMIUM";; esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A PATH on which nothing is but Python and an apt-get that notes what it is asked for."""
    scripts = {"apt-get": APT, "id": "#!/bin/sh\necho 0\n", "python3": "#!/bin/sh\n"}
    for name, text in scripts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    for name in ("python", "pip"):
        (tmp_path / "venv" / "bin" / name).symlink_to(tmp_path / "python3")
    return tmp_path


def prepared(machine: Path, *, chromium: bool) -> tuple[str, list[str], list[str]]:
    """What it said of errors, what it asked whether it can be had, and what it installed."""
    environ = {"PATH": str(machine), "APT_LOG": str(machine / "log"), "CHROMIUM": "0" if chromium else "100"}
    command = [".ci/prepare", str(machine / "venv")]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    asked = [line.split() for line in (machine / "log").read_text().splitlines()]
    simulated = [words[-1] for words in asked if "--simulate" in words]
    return done.stderr, simulated, [word for word in asked[-1] if not word.startswith("-")][1:]


def test_all_that_is_lacking_is_installed(machine: Path) -> None:
    said, asked, installed = prepared(machine, chromium=True)

    assert (said, asked) == ("", ["chromium", "chromium-driver"])
    assert {"iproute2", "debootstrap", "git", "systemd", "chromium", "chromium-driver"} <= {*installed}


def test_without_a_package_of_the_browser_all_else_is(machine: Path) -> None:
    said, _, installed = prepared(machine, chromium=False)

    assert [line.split(";")[0] for line in said.splitlines()] == [
        f"prepare: there is no package {name} here" for name in ("chromium", "chromium-driver")
    ]
    assert {"iproute2", "debootstrap", "git", "systemd"} <= {*installed}
    assert not [name for name in installed if name.startswith("chromium")]
