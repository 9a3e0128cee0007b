"""Where a daemon listens, what keeps it from that, and what it costs."""

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.integration.daemon.apps import labelled
from tests.integration.daemon.conftest import Running, Start
from tests.integration.outcomes import line_of
from tests.integration.web.conftest import TOKENS, Api
from tests.integration.web.test_events import told
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

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


def test_where_reading_is_public_so_are_the_events_and_how_operations_ended_and_nothing_else(
    start: Start, free_port: Callable[[], int], stack: Stack
) -> None:
    web, port = labelled(stack), free_port()
    daemon = start("--listen", f"127.0.0.1:{port}", "--public", "read", env={**TOKENS}).looked()
    api = Api(daemon, port)
    operation = api("POST", f"/api/v1/containers/{web.name}/check")[1]["operation"]

    assert api("GET", f"/api/v1/operations/{operation}", token="")[0] == 200
    next(told(api, token=""))
    assert api("POST", f"/api/v1/containers/{web.name}/check", token="")[0] == 403
    assert api("POST", "/api/v1/look", token=TOKENS["CTR_UPDATER_READ_TOKEN"])[0] == 403


def test_a_socket_is_served_to_its_group(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    daemon = start("--listen", f"unix:{path}", env={"CTR_UPDATER_PUBLIC": "read"}).looked()
    wait_until(path.exists, "the socket")

    asked = ["curl", "-s", "--unix-socket", str(path), "http://localhost/api/v1/status"]
    found = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)

    assert found["engines"][0]["name"] == "local"
    assert path.stat().st_mode & 0o777 == 0o660
    assert daemon.stop() == 0
    assert not path.exists()


def test_it_costs_few_megabytes(start: Start, api: Api, tmp_path: Path) -> None:
    without = start(env={"CTR_UPDATER_STATE_DIR": str(tmp_path)}).looked()
    for path in ("status", "containers", "history") * 20:
        assert api("GET", f"/api/v1/{path}")[0] == 200
        assert api.curl('curl -H "Authorization: Bearer $TOKEN" $URL/metrics') == "200"

    assert resident(api.daemon) - resident(without) < _MOST_KB
