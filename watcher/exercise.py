"""`ctr-updater [--pull] [--autoupdate] [NAME]`: the exercise, word for word.

Standard output carries the list and nothing else; what there is to say of one container goes to
standard error, and the answer is the exit code.
"""

import sys

import click

from watcher import __version__
from watcher.shell import debug_option, run


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
@click.option("--pull", is_flag=True, help="Pull the container's tag before looking.")
@click.option("--autoupdate", is_flag=True, help="Replace the container where an update is available.")
@debug_option
@click.version_option(__version__, prog_name="ctr-updater")
def main(*, name: str | None, pull: bool, autoupdate: bool, debug: bool) -> None:
    """Tell whether the container NAME runs the image that its own tag means now.

    Exit code 0: up to date, or updated; 1: an update is available. Without NAME, the running containers
    are listed.
    """
    if name == "":
        raise click.UsageError("NAME is empty.")
    flags = {"pull": pull, "autoupdate": autoupdate}
    sys.exit(run(lambda commands: commands.exercise(name, **flags), debug=debug))
