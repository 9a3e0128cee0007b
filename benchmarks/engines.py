"""What a further engine with 100 containers costs a daemon, the registry and the engines while idle."""

import contextlib
import json
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.ground import IDLE, library_python, options, resident, table
from tests.integration.daemon.conftest import ENVIRON, ROOT, Running
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

_LISTED = "/containers/json"
_PASSES = 4
_SETTLED_S = 5.0


class Site:
    """Engines with a fleet each, all of one tag, behind proxies that count.

    Args:
        proxies: In front of the engines.
        registry: Holds the tag.
        python: Runs the daemon.
    """

    def __init__(self, proxies: Sequence[Proxy], registry: PrivateRegistry, python: Path) -> None:
        self._proxies, self._registry, self._python = proxies, registry, python

    def measure(self, count: int) -> tuple[float, float, float]:
        """Of a daemon that follows the first so many: MB; per pass, requests to the registry, and lists."""
        with tempfile.TemporaryDirectory() as directory:
            commands = Commands(self._proxies[0].host, Path(directory))
            try:
                return self._measured(commands, count)
            finally:
                commands.close()

    def _measured(self, commands: Commands, count: int) -> tuple[float, float, float]:
        daemon = self._daemon(commands, count)
        asked, listed = self._counted(daemon)
        time.sleep(_SETTLED_S)
        found = resident(daemon)
        daemon.stop()
        return found, asked, listed

    def _daemon(self, commands: Commands, count: int) -> Running:
        named = [f"e{number}={proxy.host}" for number, proxy in enumerate(self._proxies[:count])]
        environ = ENVIRON | {"CTR_UPDATER_ENGINES": ",".join(named)}
        process = commands.start(
            self._python, "-m", "watcher", "run", env={**environ, "DOCKER_HOST": None}, cwd=ROOT
        )
        daemon = Running(process, commands.state)
        for _ in range(count):
            daemon.wait("engine followed")
        self._quiet()
        return daemon

    def _counted(self, daemon: Running) -> tuple[float, float]:
        """Requests to the registry and lists of containers of one pass, of a few that are asked for."""
        asked, listed = len(self._registry.requests()), self._lists()
        for _ in range(_PASSES):
            self._pass(daemon)
        return (len(self._registry.requests()) - asked) / _PASSES, (self._lists() - listed) / _PASSES

    def _pass(self, daemon: Running) -> None:
        before = len(self._registry.requests())
        daemon.send(signal.SIGHUP)
        wait_until(lambda: len(self._registry.requests()) > before, "the pass")
        self._quiet()

    def _quiet(self) -> None:
        """Wait until no engine is asked anything any more."""
        counts = [-1]
        while counts[-1] != (found := sum(len(proxy.calls) for proxy in self._proxies)):
            counts.append(found)
            time.sleep(_SETTLED_S)

    def _lists(self) -> int:
        return sum(call.path == _LISTED for proxy in self._proxies for call in list(proxy.calls))


def filled(engine: PrivateEngine, reference: str, containers: int) -> None:
    """Have an engine pull the image, and make containers of it; none is started."""
    engine.docker("pull", reference)
    body = {"Image": reference, "Labels": {"ctr-updater.enable": "true"}}

    def make(number: int) -> None:
        status, said = engine.api("POST", f"/containers/create?name=c{number}", body)
        if status != 201:  # noqa: PLR2004 - Created
            raise RuntimeError(json.dumps(said))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(containers)))


@contextlib.contextmanager
def site(version: str, engines: int, containers: int, python: Path) -> Iterator[Site]:
    """Start all of it, one engine after another, and take it down again."""
    with contextlib.ExitStack() as stack:
        registry = stack.enter_context(PrivateRegistry())
        reference, proxies = f"{registry.address}/app:1", list[Proxy]()
        for number in range(engines):
            engine = stack.enter_context(PrivateEngine(version))
            if not number:
                Stack(engine).image(reference, marker="old", **IDLE)
                engine.docker("push", reference)
            filled(engine, reference, containers)
            proxies.append(stack.enter_context(Proxy(engine.socket)))
        yield Site(proxies, registry, python)


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--engines", type=int, default=10)
    parser.add_argument("--containers", type=int, default=100)
    chosen = parser.parse_args()
    counts = sorted({1, 2, (chosen.engines + 1) // 2, chosen.engines})
    rows, found = [], {}
    with tempfile.TemporaryDirectory() as directory:
        python = library_python(Path(directory))
        with site(chosen.engine, chosen.engines, chosen.containers, python) as made:
            for count in counts:
                memory, asked, listed = found[count] = made.measure(count)
                rows.append([count, f"{asked:.1f}", f"{listed:.1f}", f"{memory:.1f} MB"])
    memory, asked, listed = (
        (last - first) / max(counts[-1] - 1, 1)
        for first, last in zip(found[1], found[counts[-1]], strict=True)
    )
    rows.append(["a further one", f"{asked:+.1f}", f"{listed:+.1f}", f"{memory:+.2f} MB"])
    rows.append(["target", "flat", "linear", "at most +3 MB"])
    table(
        [f"engines, {chosen.containers} containers each", "requests to the registry", "lists", "resident"],
        rows,
    )


if __name__ == "__main__":
    main()
