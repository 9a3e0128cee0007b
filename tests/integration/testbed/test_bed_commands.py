"""Commands are run as a user would run them, whatever the environment of the tests."""

import json
import signal
from pathlib import Path

import pytest

from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError

_ENVIRON = "import json, os; print(json.dumps(dict(os.environ)))"


def test_nothing_of_the_machines_docker_settings_leaks(
    engine: PrivateEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "production")
    cli = Commands(engine.host, tmp_path)

    seen = json.loads(cli("python", "-c", _ENVIRON).out)

    assert {key: value for key, value in seen.items() if key.startswith("DOCKER")} == {
        "DOCKER_HOST": engine.host
    }
    assert seen["HOME"] == str(cli.home)
    assert seen["CTR_UPDATER_STATE_DIR"] == str(cli.state)


def test_environment_of_a_call_comes_on_top(cli: Commands) -> None:
    seen = json.loads(cli("python", "-c", _ENVIRON, env={"NEW": "1", "DOCKER_HOST": None}).out)

    assert seen["NEW"] == "1"
    assert "DOCKER_HOST" not in seen


def test_code_and_both_outputs_are_kept_apart(cli: Commands) -> None:
    done = cli("python", "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert done == (3, "out\n", "err\n")


def test_terminal_is_one_for_the_command(cli: Commands) -> None:
    done = cli.terminal(
        "python", "-c", "import os, sys; print(sys.stderr.isatty(), os.get_terminal_size().columns)"
    )

    assert done == (0, "True 80\n", "")


def test_started_command_is_killed_when_the_test_ends(cli: Commands) -> None:
    process = cli.start("python", "-c", "print('ready', flush=True); input()", stdin=-1)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"

    cli.close()

    assert process.returncode == -signal.SIGKILL


def test_command_that_is_not_installed_is_named(cli: Commands) -> None:
    with pytest.raises(BedError, match=r"no-such-command: not installed"):
        cli("no-such-command")
