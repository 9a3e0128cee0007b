"""With `--json` a usage error is an object on standard output, too, of the shape that every error has."""

import json

import pytest
from click.testing import CliRunner

from watcher.cli.main import main

WRONG = {
    ("check",): "Give either names or --all",
    ("check", "--all", "--pull", "--remote"): "--pull and --remote exclude one another",
    ("check", ""): "NAME is empty",
    ("check", "--nosuch", "web"): "No such option",
    ("update",): "Missing argument 'NAME...'",
    ("list", "extra"): "Got unexpected extra argument (extra)",
    ("nosuch",): "No such command 'nosuch'",
    ("run",): "No such option",
    ("check", "a\x1b[2J\nb", "--nosuch"): "No such option",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_usage_error_is_an_object_and_one_line(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*words, "--json"])

    found = json.loads(done.stdout)
    assert found.keys() == {"error", "advice", "code"}
    assert (done.exit_code, found["code"], done.stderr) == (2, 2, f"{found['error']}\n")
    assert found["error"].startswith(WRONG[words])
    assert found["error"].endswith(f" - {found['advice']}")
    assert found["advice"].startswith("see `main")
    assert found["advice"].endswith("--help`")


def test_a_strangers_words_are_escaped() -> None:
    done = CliRunner().invoke(main, ["list", "--json", "a\x1b[2J\nb"])

    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("words", [words for words in WRONG if words != ("run",)])
def test_without_json_it_is_clicks(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, [*words])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")


def test_help_with_json_is_help() -> None:
    done = CliRunner().invoke(main, ["check", "--json", "--help"])

    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")


def test_what_each_command_does_is_said_whole_on_80_columns() -> None:
    said = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout
    lines = said.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()

    offered = {name for name, command in main.commands.items() if not command.hidden}
    assert {line.split()[0] for line in lines} == offered
    assert all(line.endswith(".") and not line.endswith("...") for line in lines), said
