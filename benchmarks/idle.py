"""What the daemon costs while nothing happens, and whether a day's events leave its memory flat."""

import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.ground import Bench, bench, options, resident, table
from tests.integration.daemon.apps import LOCAL
from tests.integration.daemon.conftest import Running
from tests.testbed.ports import free_port
from tests.testbed.processes import wait_until
from tests.testbed.receiver import Receiver

_SETTLED_S = 5.0
_TOKEN = "token"  # noqa: S105 - of this benchmark


def cpu(running: Running) -> float:
    """The seconds of CPU that the living threads of a process have had; `stat` has ticks of 10 ms."""
    tasks = Path(f"/proc/{running.process.pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in tasks) / 1e9


def with_messages(made: Bench) -> tuple[float, float]:
    """What a daemon that tells people has resident: at first, and once it has told something."""
    with Receiver() as receiver:
        daemon = made.daemon(CTR_UPDATER_NOTIFY=f"{receiver.url}/hook")
        time.sleep(_SETTLED_S)
        at_first = resident(daemon)
        made.stack.run("app0:1", *LOCAL, "--label", "ctr-updater.mode=monitor", name="odd")
        wait_until(lambda: bool(receiver.got()), "the message")
        time.sleep(_SETTLED_S)
        after = resident(daemon)
        daemon.stop()
        made.engine.docker("rm", "-f", "odd")
        return at_first, after


def with_listener(made: Bench) -> tuple[float, float]:
    """What a daemon with a listener has resident: at first, and once it was scraped and asked."""
    port = free_port()
    daemon = made.daemon("--listen", f"127.0.0.1:{port}", CTR_UPDATER_TOKEN=_TOKEN)
    time.sleep(_SETTLED_S)
    at_first = resident(daemon)
    for path in ("metrics", "api/v1/containers", "api/v1/history") * 10:
        url = f"http://127.0.0.1:{port}/{path}"
        headers = {"Authorization": f"Bearer {_TOKEN}"}
        request = urllib.request.Request(url, headers=headers)
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - the same
    after = resident(daemon)
    daemon.stop()
    return at_first, after


def flood(made: Bench, count: int) -> None:
    """Events of the kind that the daemon follows: a tag is moved to where it is."""
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda number: made.engine.api("POST", _tagging(number)), range(count)):
            pass


def _tagging(number: int) -> str:
    return f"/images/app0:1/tag?repo=flood&tag={number % 10}"


def main() -> None:
    """Measure, and print."""
    parser = options(__doc__)
    parser.add_argument("--containers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--events", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, bench(chosen.engine) as made:
        made.ship(Path(directory))
        made.fleet(chosen.containers, tags=10)
        daemon = made.daemon()
        time.sleep(_SETTLED_S)
        rows: list[list[object]] = [["resident after the start", f"{resident(daemon):.1f} MB", "45 MB"]]
        without = resident(daemon)
        before = cpu(daemon)
        time.sleep(chosen.seconds)
        share = 100 * (cpu(daemon) - before) / chosen.seconds
        rows.append([f"CPU in {chosen.seconds:.0f} idle seconds", f"{share:.3f} % of a core", "0.1 %"])
        before = cpu(daemon)
        for part in range(1, 5):
            flood(made, chosen.events // 4)
            rows.append(
                [f"resident after {part * chosen.events // 4} events", f"{resident(daemon):.1f} MB", "flat"]
            )
        per_event = 1e6 * (cpu(daemon) - before) / chosen.events
        rows.append(["CPU per event of the flood", f"{per_event:.0f} µs", "-"])
        rows.append(["exit code at the end", daemon.stop(), 0])
        at_first, after = with_listener(made)
        rows.append(["the same with --listen", f"{at_first - without:+.1f} MB", "+8 MB"])
        rows.append(["once it was scraped and asked", f"{after - without:+.1f} MB", "+8 MB"])
        # Last, for messages leave a database, and a daemon that finds one loads SQLite.
        at_first, after = with_messages(made)
        rows.append(["the same with messages on", f"{at_first - without:+.1f} MB", "+2 MB"])
        rows.append(["once one was sent", f"{after - without:+.1f} MB", "-"])
        made.clear()
    table([f"{chosen.containers} labelled containers", "measured", "target"], rows)


if __name__ == "__main__":
    main()
