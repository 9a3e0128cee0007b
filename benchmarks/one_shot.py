"""What a `watcher check` of one container, and one of 50, takes beside a `docker inspect`.

Nearly all of it is the interpreter's start and imports; so it is measured in a virtual environment with the
image's libraries alone, byte code compiled, and in the image itself, where the docker command is mounted.
"""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ground import Bench, bench, options, table
from tests.integration.daemon.conftest import ENVIRON, ROOT
from tests.testbed import rootfs
from tests.testbed.processes import run

COUNT = 50
# Runs in either interpreter, so it imports nothing that the image lacks: the commands take turns, and of each
# the means of CPU (in ticks of 10 ms) and of elapsed seconds are printed.
STOPWATCH = """
import json, os, sys, time

def once(command):
    before, began = os.times(), time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    if os.waitpid(pid, 0)[1]:
        sys.exit(f"{command} failed")
    took, after = time.monotonic() - began, os.times()
    return sum(after[2:4]) - sum(before[2:4]), took

commands = json.loads(sys.argv[2])
times = [[once(command) for command in commands] for _ in range(int(sys.argv[1]))]
print(json.dumps([[sum(each) / len(each) for each in zip(*rows)] for rows in zip(*times)]))
"""


def commands(*watcher: str) -> list[list[str]]:
    """What is measured, given what starts the `watcher` command."""
    return [["docker", "inspect", "c0"], [*watcher, "check", "c0"], [*watcher, "check", "--all"]]


def in_venv(made: Bench, directory: Path, rounds: int) -> str:
    """Measure in a virtual environment."""
    made.ship(directory)
    library = next(directory.glob("lib/python3*/site-packages"))
    shutil.copytree(ROOT / "watcher", library / "watcher")
    run(made.python, "-m", "compileall", "-q", library / "watcher")
    environ = made.engine.environ | ENVIRON
    asked = json.dumps(commands(str(made.python), "-Pm", "watcher"))
    return run(made.python, "-c", STOPWATCH, rounds, asked, env=environ)


def in_image(made: Bench, rounds: int) -> str:
    """Measure in a container of the image."""
    docker = made.engine.docker
    base = rootfs.base_image(made.engine, ROOT / ".ci/runtime.txt")
    docker("build", "--network", "none", "--build-arg", f"BASE={base}", "-t", "ctr-updater", str(ROOT))
    client = shutil.which("docker", path=made.engine.environ["PATH"])
    mounts = [f"{made.engine.socket}:/var/run/docker.sock", f"{client}:/usr/bin/docker:ro"]
    arguments = [word for mount in mounts for word in ("-v", mount)]
    start = ["--entrypoint", "/usr/bin/python3", "ctr-updater", "-ISc", STOPWATCH]
    return docker("run", "--rm", *arguments, *start, str(rounds), json.dumps(commands("/usr/bin/watcher")))


def rows(where: str, measured: str) -> list[Sequence[object]]:
    """The rows of a table for what the stopwatch printed."""
    inspect, one, every = json.loads(measured)
    shown: list[Sequence[object]] = [[f"`docker inspect`, {where}", f"{inspect[0] * 1000:.0f} ms", 1, 1, "-"]]
    for what, times, target in (("check NAME", one, "at most 5"), ("check --all", every, "-")):
        ratios = [f"{mine / its:.1f}" for mine, its in zip(times, inspect, strict=True)]
        shown.append([f"`watcher {what}`, {where}", f"{times[0] * 1000:.0f} ms", *ratios, target])
    ratios = [f"{all_of_them / its:.2f}" for all_of_them, its in zip(every, one, strict=True)]
    return [*shown, [f"{COUNT} / one, {where}", "-", *ratios, "at most 1.5"]]


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, bench(chosen.engine) as made:
        made.fleet(COUNT, start=False)
        found = rows("venv", in_venv(made, Path(directory), chosen.rounds))
        found += rows("image", in_image(made, chosen.rounds))
        made.clear()
    table(["what", "CPU", "times `docker inspect`, CPU", "the same, elapsed", "target"], found)


if __name__ == "__main__":
    main()
