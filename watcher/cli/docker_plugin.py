"""As a plugin of the docker command: `docker ctrupdater check web`, by a symlink `docker-ctrupdater`.

docker takes letters and digits alone for a plugin's name. It runs the plugin with all words that it was given
itself: its own options, the plugin's name, and what follows it.
"""

import json
import os
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import ShellComplete

from watcher import __version__
from watcher.cli import main as cli

METADATA = "docker-cli-plugin-metadata"
_COMPLETE, _BARE = "__complete", "__completeNoDesc"
_NO_FILES = ":4"  # what ends docker's lists of completions: no names of files beside them
_OTHER = "watcher"
_ABOUT = ("-h", "--help", "--version")


def main(words: Sequence[str], exercise: click.Command) -> None:
    """Do what docker runs a plugin for.

    Args:
        words: What follows the program's name.
        exercise: The command of all words that are no command of `watcher`.
    """
    if [*words] == [METADATA]:
        click.echo(json.dumps(metadata()))
    else:
        run.main([*words], prog_name="docker", obj=exercise)


def metadata() -> dict[str, str]:
    """What docker asks of a plugin."""
    about = "Keep containers on the current image of their own tag"
    return {
        "SchemaVersion": "0.1.0",
        "Vendor": "ctr-updater",
        "Version": __version__,
        "ShortDescription": about,
    }


@click.command(context_settings={"allow_interspersed_args": False}, add_help_option=False)
@click.option("-H", "--host")
@click.option("-c", "--context")
@click.option("--config")
@click.option("--tls", is_flag=True)
@click.option("--tlsverify", is_flag=True)
@click.option("--tlscacert", "--tlscert", "--tlskey", "file")
@click.option("-l", "--log-level")
@click.option("-D", "--debug", is_flag=True)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, required=True)
@click.pass_obj
def run(exercise: click.Command, /, *, words: tuple[str, ...], **options: Any) -> None:
    """Take over docker's own options, and hand the plugin's words on."""
    _obey(**options)
    if words[0] in {_COMPLETE, _BARE}:
        _complete(words[2:], describes=words[0] == _COMPLETE)
    elif words[0] == "help":
        _hand_on((*words[1:], "--help"), exercise)
    else:
        _hand_on(words, exercise)


def _obey(
    *, host: str | None, context: str | None, config: str | None, file: str | None, **flags: Any
) -> None:
    """Set the variables that mean the same as docker's options; its log is not this one's."""
    if file:
        raise click.UsageError(
            "Files of TLS cannot be named one by one: DOCKER_CERT_PATH names their folder."
        )
    if context:
        os.environ.pop("DOCKER_HOST", None)
    told = {"DOCKER_HOST": host, "DOCKER_CONTEXT": context, "DOCKER_CONFIG": config}
    told["DOCKER_TLS_VERIFY"] = "1" if flags["tls"] or flags["tlsverify"] else None
    os.environ.update({name: value for name, value in told.items() if value})


def _hand_on(words: tuple[str, ...], exercise: click.Command) -> None:
    """Run the command that the words behind the plugin's name are of."""
    called, rest = f"docker {words[0]}", [*words[1:]]
    if len(rest) > 1 and rest[0] == _OTHER:
        cli.main(rest[1:], prog_name=f"{called} {_OTHER}")
    elif rest and rest[0] in {*cli.main.commands, *_ABOUT}:
        cli.main(rest, prog_name=called)
    else:
        exercise(rest, prog_name=called)


def _complete(words: tuple[str, ...], *, describes: bool) -> None:
    """Tell docker's own completion what the last word may become."""
    given, last = [*words[:-1]], words[-1] if words else ""
    for item in ShellComplete(cli.main, {}, "docker", "").get_completions(given, last):
        click.echo("\t".join(filter(None, [item.value, item.help if describes else ""])))
    click.echo(_NO_FILES)
