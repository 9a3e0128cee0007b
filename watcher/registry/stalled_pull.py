"""When a pull is given up: its registry does not answer, or sends next to nothing.

A pull that waits for another one's layers in the engine, or for layers to be unpacked, is no registry's
fault, and is left to the engine. No I/O.
"""

from typing import Any

ANSWER_LIMIT_S = 60.0  # until the registry has answered the engine
PROGRESS_LIMIT_S = 60.0  # in which a layer that is being fetched must get on
LEAST_BYTES = 64 * 1024  # in that time; a modem of 1995 is faster
_FETCHING = ("Pulling fs layer", "Downloading", "Retrying")
_FETCHED = ("Verifying Checksum", "Download complete", "Extracting", "Pull complete", "Already exists")


class Stall:
    """What a pull has got so far; feed it the lines of the engine's report.

    Args:
        now: In seconds, of the clock that all times here are of.
    """

    def __init__(self, now: float) -> None:
        self._layers: dict[str, str] = {}
        self._bytes: dict[str, int] = {}
        self._counted = 0
        self._since = now

    def deadline(self, line: dict[str, Any], now: float) -> float | None:
        """Take a line; when the pull is to be given up if nothing better comes, and None is never."""
        if self._note(line) or self._total() >= self._counted + LEAST_BYTES:
            self._counted, self._since = self._total(), now
        is_fetching = any(status.startswith(_FETCHING) for status in self._layers.values())
        return self._since + PROGRESS_LIMIT_S if is_fetching or not self._layers else None

    def _total(self) -> int:
        return sum(self._bytes.values())

    def _note(self, line: dict[str, Any]) -> bool:
        """Note a line; whether it is news of a fetched layer, or of a new one."""
        layer, status = line.get("id"), str(line.get("status", ""))
        if not layer or not status.startswith((*_FETCHING, *_FETCHED, "Waiting")):
            return False
        before, self._layers[layer] = self._layers.get(layer, ""), status
        current = (line.get("progressDetail") or {}).get("current")
        if status == "Downloading" and isinstance(current, int):
            self._bytes[layer] = max(current, self._bytes.get(layer, 0))
        return not before or (status != before and status.startswith(_FETCHED))
