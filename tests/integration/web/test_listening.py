"""Where a daemon listens, what keeps it from that, and what it costs."""

import socket
from collections.abc import Callable
from pathlib import Path

from tests.integration.daemon.conftest import Running, Start
from tests.integration.outcomes import line_of
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.cli import Commands

_MOST_KB = 8 * 1024


def resident(daemon: Running) -> int:
    """The memory of a daemon, in kB."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def test_an_address_that_is_taken_is_one_line(cli: Commands) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        refused = cli("watcher", "run", "--listen", listen, env={**TOKENS})

    line = line_of(refused, 2)
    assert line.startswith(f"cannot listen on {listen}: ")
    assert line.endswith(" - choose another --listen")


def test_with_a_token_others_may_reach_it(start: Start, free_port: Callable[[], int]) -> None:
    port = free_port()
    daemon = start("--listen", f"0.0.0.0:{port}", env={**TOKENS}).looked()

    assert Api(daemon, port)("GET", "/api/v1/status")[0] == 200


def test_it_costs_few_megabytes(start: Start, api: Api, tmp_path: Path) -> None:
    without = start(env={"CTR_UPDATER_STATE_DIR": str(tmp_path)}).looked()
    for path in ("status", "containers", "history") * 20:
        assert api("GET", f"/api/v1/{path}")[0] == 200
        assert api.curl('curl -H "Authorization: Bearer $TOKEN" $URL/metrics') == "200"

    assert resident(api.daemon) - resident(without) < _MOST_KB
