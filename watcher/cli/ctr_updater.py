"""`ctr-updater [--pull] [--autoupdate] [NAME]`: the exercise, word for word.

Standard output carries the list and nothing else; what there is to say of one container goes to
standard error, and the answer is the exit code.
"""

import sys

import click

from watcher import __version__
from watcher.cli import main as cli
from watcher.cli.runner import HELP, SETTINGS, containers, debug_option, run

_OTHER = "watcher"
_PLUGIN = "docker-"


def main() -> None:
    """`ctr-updater`; or the other command: an image has one entrypoint (`docker run IMAGE watcher run`).

    Under a name such as `docker-ctrupdater` it is a plugin of the docker command.
    """
    words = sys.argv[1:]
    if sys.argv[0].rpartition("/")[2].startswith(_PLUGIN):
        from watcher.cli import docker_plugin

        docker_plugin.main(words, exercise)
        return
    if len(words) > 1 and words[0] == _OTHER:
        cli.main(words[1:], prog_name=f"ctr-updater {_OTHER}")
    exercise()


@click.command(context_settings=HELP, epilog=SETTINGS)
@click.argument("name", required=False, shell_complete=containers)
@click.option("--pull", is_flag=True, help="Pull the container's tag before looking.")
@click.option("--autoupdate", is_flag=True, help="Replace the container where an update is available.")
@debug_option
@click.version_option(__version__, prog_name="ctr-updater")
def exercise(*, name: str | None, pull: bool, autoupdate: bool, debug: bool) -> None:
    """Tell whether the container NAME runs the image that its own tag means now.

    Exit code 0: up to date, or updated; 1: an update is available. Without NAME, the running containers
    are listed.
    """
    if name == "":
        raise click.UsageError("NAME is empty.")
    if name is None:
        sys.exit(run(lambda commands: commands.choose(), debug=debug, looks=True))
    if autoupdate:
        sys.exit(run(lambda commands: commands.autoupdate(name, pull=pull), debug=debug))
    sys.exit(run(lambda commands: commands.tell(name, pull=pull), debug=debug, looks=True))
