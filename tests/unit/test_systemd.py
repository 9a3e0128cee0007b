"""The unit for systemd: read by systemd itself, and as little exposed as it says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watcher.config.variables import refuse_unknown_variables

UNIT = Path(__file__).parents[2] / "docs" / "systemd" / "ctr-updater.service"
PROGRAM = "/usr/local/bin/watcher"
MOST = 20  # tenths, of 10

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    text = UNIT.read_text()
    assert text.count(PROGRAM) == 1
    made = tmp_path / UNIT.name
    made.write_text(text.replace(PROGRAM, str(Path(sys.executable).parent / "watcher")))
    return made


def analyzed(*words: object) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_has_nothing_to_say_of_it(unit: Path) -> None:
    done = analyzed("verify", unit)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_says_what_it_does_not_know(unit: Path) -> None:
    """Else the test above would hold of anything."""
    unit.write_text(unit.read_text().replace("PrivateTmp", "PrivateTemp"))

    assert "PrivateTemp" in analyzed("verify", unit).stderr


@needs_systemd
def test_it_is_exposed_little(unit: Path) -> None:
    done = analyzed("security", "--offline=yes", "--no-pager", f"--threshold={MOST}", unit)

    assert done.returncode == 0, done.stdout


def test_its_variables_are_settings_that_there_are() -> None:
    lines = re.findall(r"^#? ?Environment=(.*)$", UNIT.read_text(), re.MULTILINE)
    given = dict(pair.partition("=")[::2] for line in lines for pair in line.split())

    assert given.keys() == {"CTR_UPDATER_NOTIFY_FILE", "CTR_UPDATER_STATE_DIR", "DOCKER_CONFIG"}
    refuse_unknown_variables(given)
