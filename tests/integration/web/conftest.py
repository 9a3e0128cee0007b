"""A daemon with a listener, and a client of it."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.daemon.conftest import Running, Start, start
from tests.testbed.processes import wait_until

__all__ = ["start"]

TOKENS = {"CTR_UPDATER_TOKEN": "act-token", "CTR_UPDATER_READ_TOKEN": "read-token"}
SECRET = "hook-s3cret"  # noqa: S105 - of these tests


class Api:
    """What a script does.

    Args:
        daemon: Under way.
        port: Where it listens.
    """

    def __init__(self, daemon: Running, port: int) -> None:
        self.daemon = daemon
        self.url = f"http://127.0.0.1:{port}"

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "act-token",  # noqa: S107 - of this test
    ) -> tuple[int, Any]:
        """The status and the JSON."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def done(self, path: str, body: Any = None) -> tuple[str, Any]:
        """Have something done, and say how it ended: its state, and its result."""
        status, found = self("POST", path, body)
        assert status == 202, found
        return self.ended(found["operation"])

    def ended(self, number: str) -> tuple[str, Any]:
        found: dict[str, Any] = {}

        def is_over() -> bool:
            found.update(self("GET", f"/api/v1/operations/{number}")[1])
            return found["state"] != "running"

        wait_until(is_over, f"the end of operation {number}")
        return found["state"], found["result"]

    def metrics(self) -> str:
        """What Prometheus scrapes, which waits less long than a hung engine does."""
        headers = {"Authorization": "Bearer read-token"}
        request = urllib.request.Request(f"{self.url}/metrics", headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return str(response.read().decode())

    def wait_for_metric(self, text: str) -> None:
        wait_until(lambda: text in self.metrics(), text)

    def curl(self, line: str, **words: str) -> str:
        """Run a line of the documentation; its HTTP status."""
        environ = os.environ | {"URL": self.url, "TOKEN": "act-token", "SECRET": SECRET} | words
        command = ["bash", "-c", f"{line} -s -o /dev/null -m 5 -w '%{{http_code}}'"]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False).stdout


@pytest.fixture
def api(start: Start, free_port: Callable[[], int]) -> Api:
    port = free_port()
    daemon = start(
        "--listen", f"127.0.0.1:{port}", env={**TOKENS, "CTR_UPDATER_HOOK_SECRET": SECRET}
    ).looked()
    return Api(daemon, port)
