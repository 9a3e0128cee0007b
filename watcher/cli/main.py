"""`watcher`: the product's commands; flags in, exit codes out."""

import sys
from typing import Any

import click

from watcher import __version__
from watcher.cli.options import setting_options, state_dir_option
from watcher.cli.runner import (
    HELP,
    SETTINGS,
    Commands,
    containers,
    debug_option,
    run,
    run_without_engine,
)
from watcher.config.grammar import duration
from watcher.config.settings import state_folder
from watcher.store import heartbeat

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_names_argument = click.argument(
    "names", metavar="NAME...", nargs=-1, required=True, shell_complete=containers
)


@click.group(cls=Commands, context_settings=HELP, epilog=SETTINGS)
@click.version_option(__version__, prog_name="watcher")
def main() -> None:
    """Keep Docker containers on the current image of their own tag, and never lose one."""


@main.command(epilog=SETTINGS, short_help="Tell whether containers are up to date.")
@click.argument("names", metavar="NAME...", nargs=-1, shell_complete=containers)
@click.option("--all", "every", is_flag=True, help="Every labelled container.")
@click.option("--pull", is_flag=True, help="Pull each container's tag before looking.")
@click.option("--remote", is_flag=True, help="Ask the registry for the tag's digest; pull no layer.")
@_json_option
@debug_option
def check(*, names: tuple[str, ...], debug: bool, **flags: bool) -> None:
    """Tell whether each NAME is up to date (exit code 0) or an update is available (1)."""
    if flags["pull"] and flags["remote"]:
        raise click.UsageError("--pull and --remote exclude one another.")
    if bool(names) is flags["every"]:
        raise click.UsageError("Give either names or --all.")
    _refuse_empty(*names)
    as_json = flags["as_json"]
    sys.exit(run(lambda commands: commands.check(names, **flags), debug=debug, as_json=as_json, looks=True))


@main.command(epilog=SETTINGS, short_help="Pull and update containers.")
@_names_argument
@click.option("--no-pull", is_flag=True, help="Look at the local image cache only.")
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option(
    "--again", is_flag=True, help="Also try an image that failed before, or that a person holds back."
)
@_json_option
@debug_option
def update(*, names: tuple[str, ...], debug: bool, **flags: bool) -> None:
    """Pull the tag of each NAME, and replace the containers that an update is available for."""
    _refuse_empty(*names)
    sys.exit(run(lambda commands: commands.update(names, **flags), debug=debug, as_json=flags["as_json"]))


@main.command(epilog=SETTINGS, short_help="Have a container go back to an image that it ran before.")
@click.argument("name", metavar="NAME", shell_complete=containers)
@click.option("--to", metavar="IMAGE", default="", help="Its id, the beginning of one, or its version.")
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@_json_option
@debug_option
def rollback(*, name: str, to: str, dry_run: bool, as_json: bool, debug: bool) -> None:
    """Have the container NAME go back to the image that it ran before, by an update like any other.

    It goes on following its tag; the image that it leaves is held for it until the tag means another one.
    Data stay as they are.
    """
    _refuse_empty(name)
    sys.exit(
        run(
            lambda commands: commands.rollback(name, to=to, dry_run=dry_run, as_json=as_json),
            debug=debug,
            as_json=as_json,
        )
    )


@main.command(name="run", short_help="The daemon: keep every labelled container up to date.")
@click.option("--once", is_flag=True, help="One pass over every labelled container, then exit.")
@setting_options
@debug_option
def daemon(*, once: bool, debug: bool) -> None:
    """Follow the engine, and keep every container labelled ctr-updater.enable=true up to date."""
    sys.exit(run(lambda commands: commands.daemon(once=once), debug=debug, waits=not once, negotiates=False))


@main.command(short_help="Tell whether the daemon follows the engine.")
@state_dir_option
def healthy() -> None:
    """Tell whether the daemon with the same state directory follows the engine (0), or not (1)."""
    wrong = heartbeat.what_is_wrong(state_folder())
    click.echo(wrong or "the daemon follows the engine", err=bool(wrong))
    sys.exit(bool(wrong))


@main.command(name="list", epilog=SETTINGS, short_help="List the labelled containers.")
@click.option("--all", "every", is_flag=True, help="Every running container, labelled or not.")
@click.option("--no-trunc", is_flag=True, help="On a terminal too: cut nothing.")
@_json_option
@debug_option
def show(*, debug: bool, **flags: bool) -> None:
    """List the containers with the label ctr-updater.enable=true, and what is to be said of each."""
    as_json = flags["as_json"]
    sys.exit(run(lambda commands: commands.show(**flags), debug=debug, as_json=as_json, looks=True))


@main.command(epilog=SETTINGS, short_help="Send a test message to every address.")
@click.option("--test", is_flag=True, help="Send a test message to every address.")
@debug_option
def notify(*, test: bool, debug: bool) -> None:
    """Send a test message to every address in CTR_UPDATER_NOTIFY: 0 if all took it, else 5."""
    if not test:
        raise click.UsageError("Give --test.")
    sys.exit(run_without_engine(_test_message, debug=debug))


def _test_message() -> Any:
    from watcher.cli import notify

    return notify.test()


@main.command(epilog=SETTINGS, short_help="Print the service that takes a Watchtower's place.")
@click.argument("name", metavar="[CONTAINER]", required=False, default=None, shell_complete=containers)
@debug_option
def migrate(*, name: str | None, debug: bool) -> None:
    """Read the Watchtower CONTAINER, or the only one, and print a Compose service of ours; nothing changes.

    What has no counterpart is said on standard error.
    """

    def made(_: Any) -> Any:
        from watcher.cli import migrate as command

        return command.migrate(name or "")

    _refuse_empty(*[] if name is None else [name])
    sys.exit(run(made, debug=debug, looks=True))


@main.command(epilog=SETTINGS, short_help="Tell what was updated, held and approved.")
@click.argument("name", required=False, default=None, shell_complete=containers)
@click.option(
    "--last", type=click.IntRange(1), default=20, metavar="N", help="How many rows, the newest first."
)
@_json_option
@debug_option
def history(*, name: str | None, last: int, as_json: bool, debug: bool) -> None:
    """Tell what became of each update, of the container NAME or of all."""

    def made(_: Any) -> Any:
        from watcher.cli import history as command

        return command.history(name or "", last=last, as_json=as_json)

    _refuse_empty(*[] if name is None else [name])
    sys.exit(run(made, debug=debug, waits=True, as_json=as_json, looks=True))


@main.command(hidden=True)
@click.argument("name", metavar="NAME")
@click.option("--by", type=click.Choice(["daemon", "cli", "api", "hook"]), default="cli")
@click.option("--home", default="")
@click.option("--engine", default="")
@click.option("--itself", is_flag=True)
@click.option("--again", is_flag=True)
@click.option("--target", default="")
@click.option("--unattended", is_flag=True)
@click.option("--cautious", is_flag=True)
@click.option("--beats", is_flag=True)
@debug_option
def self_update(*, name: str, debug: bool, **how: Any) -> None:
    """Update the container NAME for its own updater, which that would stop; an updater runs this itself."""
    sys.exit(run(lambda commands: commands.self_update(name=name, **how), debug=debug))


def _decide(word: str, names: tuple[str, ...], *, debug: bool, **how: Any) -> None:
    def made(_: Any) -> Any:
        from watcher.cli import decisions

        return getattr(decisions, word)(names, **how)

    _refuse_empty(*names)
    sys.exit(run(made, debug=debug, looks=True))


@main.command(epilog=SETTINGS, short_help="Keep containers from being updated.")
@_names_argument
@click.option("--for", "length", metavar="DURATION", help="Not longer than that (30m, 7d).")
@click.option("--this-image", is_flag=True, help="Only while its tag means the image that it means now.")
@click.option("--why", metavar="TEXT", default="", help="What others are told of it.")
@debug_option
def hold(*, names: tuple[str, ...], length: str | None, this_image: bool, why: str, debug: bool) -> None:
    """Keep each NAME as it is until it is released: only `watcher update --again` updates it."""
    if length is not None and this_image:
        raise click.UsageError("--for and --this-image exclude one another.")
    seconds = None if length is None else _seconds(length)
    _decide("hold", names, debug=debug, seconds=seconds, this_image=this_image, why=why)


@main.command(epilog=SETTINGS, short_help="Let held containers be updated again.")
@_names_argument
@debug_option
def release(*, names: tuple[str, ...], debug: bool) -> None:
    """Hold each NAME back no longer; one that is not held is no error."""
    _decide("release", names, debug=debug)


@main.command(epilog=SETTINGS, short_help="Let updates go ahead that wait for that.")
@_names_argument
@debug_option
def approve(*, names: tuple[str, ...], debug: bool) -> None:
    """Let each NAME with ctr-updater.mode=approve go ahead to the image that its tag means now."""
    _decide("approve", names, debug=debug)


def _seconds(text: str) -> float:
    """Read how long a hold is to last; for no time is none."""
    try:
        if seconds := duration(text):
            return seconds
    except ValueError:
        pass
    raise click.BadParameter(f"{text!r} is no duration such as 30m or 7d.", param_hint="--for")


def _refuse_empty(*names: str) -> None:
    if "" in names:
        raise click.UsageError("NAME is empty.")
