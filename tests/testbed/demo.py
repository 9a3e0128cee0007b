"""From nothing to an updated container in a minute: `python -m tests.testbed.demo`.

Uses the engine that the docker CLI finds, else a private one, and removes what it made, on either.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.testbed.archive import busybox
from tests.testbed.engine import PrivateEngine
from tests.testbed.errors import BedError
from tests.testbed.images import write_files

DOCKERFILE = """\
FROM scratch
COPY busybox /bin/busybox
COPY index.html /www/index.html
CMD ["/bin/busybox", "sh", "-c", "trap exit TERM; busybox httpd -f -h /www & wait"]
"""


class Shell:
    """Runs lines as a user's shell would, and shows them so.

    Args:
        environ: DOCKER_HOST and PATH.
        directory: The build context, where the lines are run.
    """

    def __init__(self, environ: Mapping[str, str], directory: Path) -> None:
        self._environ = environ
        self._directory = directory

    def quietly(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", line],
            env=self._environ,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def show(self, line: str) -> str:
        """Run a line, show it with its output, and return the output.

        Raises:
            BedError: It failed.
        """
        say(f"$ {line}")
        done = self.quietly(line)
        say(done.stdout, end="")
        if done.returncode:
            raise BedError(f"{line}: exit {done.returncode}")
        return done.stdout.strip()

    def expect(self, code: int, line: str) -> None:
        """Show a line and its exit code.

        Raises:
            BedError: It ended with another one.
        """
        output = self.show(f"{line}; echo $?")
        if output.splitlines()[-1:] != [str(code)]:
            raise BedError(f"{line}: the exit code should have been {code}")


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


@contextlib.contextmanager
def engine_environ() -> Iterator[dict[str, str]]:
    """Give the environment in which `docker` finds an engine: the user's own, or that of a private one."""
    if _answers():
        say("# the Docker engine of this machine")
        yield dict(os.environ)
    else:
        with PrivateEngine() as engine:
            say(f"# no Docker engine answers here: a private one, {engine.version}")
            yield engine.environ


def _answers() -> bool:
    try:
        return not subprocess.run(["docker", "version"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


def write_page(directory: Path, text: str) -> None:
    say(f"$ echo {text} > index.html")
    write_files(directory, {"index.html": f"{text}\n"})


def tell_story(shell: Shell, directory: Path, name: str) -> None:
    """Run a container, change its image, ask, update, ask again."""
    page = f"docker exec {name} busybox cat /www/index.html"
    write_page(directory, "one")
    shell.show(f"docker build -q -t {name} .")
    shell.show(f"docker run -d --name {name} {name}")
    shell.expect(0, f"ctr-updater {name}")
    write_page(directory, "two")
    shell.show(f"docker build -q -t {name} .")
    shell.expect(1, f"ctr-updater {name}")
    shell.expect(0, f"ctr-updater --autoupdate {name}")
    shell.expect(0, f"ctr-updater {name}")
    if shell.show(page) != "two":
        raise BedError(f"{name} does not run its new image")


def remove(shell: Shell, name: str) -> None:
    """Remove the container and both images, which bear the demo's own label, and nothing else."""
    shell.quietly(f"docker rm -f $(docker ps -aq --filter label=demo={name})")
    shell.quietly(f"docker rmi -f $(docker images -q --filter label=demo={name})")


def main() -> None:
    name = f"demo-{uuid.uuid4().hex[:6]}"
    scripts = Path(sys.executable).parent
    with engine_environ() as environ, tempfile.TemporaryDirectory(prefix="ctr-updater-demo-") as temporary:
        directory = Path(temporary, "web")
        write_files(directory, {"busybox": busybox(), "Dockerfile": f"{DOCKERFILE}LABEL demo={name}\n"})
        own = {"PATH": f"{scripts}:{environ['PATH']}", "CTR_UPDATER_STATE_DIR": f"{temporary}/state"}
        shell = Shell(environ | own, directory)
        try:
            tell_story(shell, directory, name)
        finally:
            remove(shell, name)


if __name__ == "__main__":
    try:
        main()
    except BedError as error:
        sys.exit(f"demo: {error}")
