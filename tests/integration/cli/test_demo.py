"""The demo tells the truth, on whatever engine it finds, and leaves it as it was."""

import subprocess
import sys
from pathlib import Path

from tests.testbed.engine import PrivateEngine
from tests.testbed.stack import Stack

ROOT = Path(__file__).parents[3]


def test_demo_updates_a_container_on_the_engine_that_answers(engine: PrivateEngine, stack: Stack) -> None:
    environ = engine.environ | {"CTR_UPDATER_STABLE_FOR": "500ms"}

    done = subprocess.run(
        [sys.executable, "-m", "tests.testbed.demo"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    lines = done.stdout.splitlines()
    asked = [
        (line, lines[lines.index(line, number) + 2]) for number, line in enumerate(lines) if "echo $?" in line
    ]
    assert done.returncode == 0, done.stdout + done.stderr
    assert [code for _, code in asked] == ["0", "1", "0", "0"]
    assert "--autoupdate" in asked[2][0]
    assert lines[-1] == "two"
    assert stack.containers() == {}
    assert stack.engine.docker("images", "-q", "--filter", "label=demo") == ""
