"""What the engine's events say of containers that several updaters were at work on."""

import json
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Self

from tests.testbed.engine import PrivateEngine
from watcher.model.names import Marker

Event = dict[str, Any]


class Record:
    """All events of an engine's containers; a context manager that takes them down from entry to exit."""

    def __init__(self, engine: PrivateEngine) -> None:
        self.events: list[Event] = []
        self._engine = engine

    def __enter__(self) -> Self:
        command = ["docker", "events", "--filter", "type=container", "--format", "{{json .}}"]
        self._process = subprocess.Popen(
            [*command, "--since", "1"], env=self._engine.environ, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout:
            self.events += map(json.loads, self._process.stdout)


def most_at_once(events: Iterable[Event]) -> dict[str, int]:
    """How many containers of one name, temporary ones included, ran at the same time, by that name."""
    names, running = dict[str, str](), defaultdict[str, set[str]](set)
    most = defaultdict[str, int](int)
    for event in (each for each in events if each["Action"] != "prune"):
        cid, action = event["Actor"]["ID"], event["Action"]
        called = event["Actor"]["Attributes"]["name"]
        marker = Marker.parse(called)
        name = names.setdefault(cid, marker.name if marker else called)
        if action == "start":
            running[name].add(cid)
        elif action in {"die", "destroy"}:
            running[name].discard(cid)
        most[name] = max(most[name], len(running[name]))
    return most
