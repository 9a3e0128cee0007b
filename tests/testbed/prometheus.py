"""A real Prometheus of one's own, and its promtool."""

import json
import os
import shutil
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Self

from tests.testbed import packages
from tests.testbed.errors import BedError
from tests.testbed.ports import free_port
from tests.testbed.processes import Daemon, run, spawn, stop, wait_until
from tests.testbed.workspace import mark, place


class Prometheus:
    """One that scrapes one target; a context manager.

    Args:
        target: "HOST:PORT".
        token: What it sends as a bearer token.
        rules: Files of rules that it evaluates.
    """

    def __init__(self, target: str, token: str, *rules: Path) -> None:
        self._url = f"http://127.0.0.1:{free_port()}"
        self._directory = place("p")
        self._process: Daemon | None = None
        scrape = {
            "job_name": "ctr-updater",
            "authorization": {"credentials": token},
            "static_configs": [{"targets": [target]}],
        }
        settings = {
            "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": [scrape],
        }
        (self._directory / "prometheus.yml").write_text(json.dumps(settings))  # JSON is YAML

    def __enter__(self) -> Self:
        program = str(packages.prometheus() / "usr/bin/prometheus")
        options = [
            f"--config.file={self._directory}/prometheus.yml",
            f"--storage.tsdb.path={self._directory}/data",
            f"--web.listen-address={self._url.removeprefix('http://')}",
        ]
        with (self._directory / "log").open("ab") as log:
            self._process = spawn([program, *options], env=dict(os.environ) | mark(), out=log, err=log)
        wait_until(self._is_ready_or_dead, "Prometheus's first answer")
        if self._process.poll() is not None:
            raise BedError("Prometheus did not start: " + (self._directory / "log").read_text()[-1000:])
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            stop(self._process)
        shutil.rmtree(self._directory)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now; each has its labels (`metric`) and its `value`."""
        found: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """The rules, each with its `health`."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def targets(self) -> list[dict[str, Any]]:
        """The targets, each with its `health` and its `lastError`."""
        found: list[dict[str, Any]] = self._get("targets")["activeTargets"]
        return found

    def _get(self, what: str, **query: str) -> Any:
        url = f"{self._url}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - an own address
            return json.load(response)["data"]

    def _is_ready_or_dead(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=10) as response:  # noqa: S310
                return bool(response.status == 200)
        except OSError:
            return self._process is not None and self._process.poll() is not None


def promtool(*arguments: object, data: str = "") -> str:
    """Run promtool; what it says.

    Raises:
        BedError: It finds fault with something.
    """
    return run(packages.prometheus() / "usr/bin/promtool", *arguments, data=data.encode())
