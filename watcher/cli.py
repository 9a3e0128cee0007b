"""`watcher`: the product's commands; flags in, exit codes out."""

import sys

import click

from watcher import __version__
from watcher.shell import debug_option, run

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="watcher")
def main() -> None:
    """Keep Docker containers on the current image of their own tag, and never lose one."""


@main.command()
@click.argument("name")
@click.option("--pull", is_flag=True, help="Pull the container's tag before looking.")
@click.option("--remote", is_flag=True, help="Ask the registry for the tag's digest; pull no layer.")
@_json_option
@debug_option
def check(*, name: str, pull: bool, remote: bool, as_json: bool, debug: bool) -> None:
    """Tell whether NAME is up to date (exit code 0) or an update is available (1)."""
    if pull and remote:
        raise click.UsageError("--pull and --remote exclude one another.")
    _refuse_empty(name)
    from watcher import commands

    sys.exit(run(commands.check(name, pull=pull, remote=remote, as_json=as_json), debug=debug))


@main.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--no-pull", is_flag=True, help="Look at the local image cache only.")
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--again", is_flag=True, help="Also try an image that failed before.")
@_json_option
@debug_option
def update(  # noqa: PLR0913 - one per flag
    *, names: tuple[str, ...], no_pull: bool, dry_run: bool, again: bool, as_json: bool, debug: bool
) -> None:
    """Pull the tag of each NAME, and replace the containers that an update is available for."""
    _refuse_empty(*names)
    from watcher import commands, job

    request = job.Request(None if no_pull else commands.reported(), dry_run=dry_run, again=again)
    sys.exit(run(commands.update(names, request, as_json=as_json), debug=debug))


@main.command(name="list")
@click.option("--all", "every", is_flag=True, help="Every running container, labelled or not.")
@_json_option
@debug_option
def show(*, every: bool, as_json: bool, debug: bool) -> None:
    """List the containers with the label ctr-updater.enable=true, and what is to be said of each."""
    from watcher import commands

    sys.exit(run(commands.show(every=every, as_json=as_json), debug=debug))


def _refuse_empty(*names: str) -> None:
    if "" in names:
        raise click.UsageError("NAME is empty.")
