"""How far a pull is, counted from the engine's report of it. Pure: no I/O."""

from collections.abc import Callable
from typing import Any

from watcher.model.registry_events import LayerOfPull, PullProgressed

Progress = Callable[[dict[str, Any]], None]

_DONE = {"Pull complete", "Already exists"}
_FETCHED = {"Download complete", "Verifying Checksum", "Extracting"} | _DONE


class Layers:
    """The layers of one pull; `note` takes one line of the report (`id`, `status`, `progressDetail`)."""

    def __init__(self) -> None:
        self._layers: dict[str, tuple[str, int, int]] = {}
        self._unpacked: dict[str, tuple[int, int]] = {}

    def note(self, line: dict[str, Any]) -> None:
        """Count what a line says; a line of no layer counts nothing."""
        layer, status = line.get("id"), line.get("status", "")
        if not layer or status.startswith(("Pulling from", "Digest")):
            return
        detail = line.get("progressDetail") or {}
        _, current, total = self._layers.get(layer, ("", 0, 0))
        if status == "Downloading":
            current, total = detail.get("current", current), detail.get("total", total)
        elif status in _FETCHED:
            current = total
        if status == "Extracting":
            self._unpacked[layer] = detail.get("current", 0), detail.get("total", 0)
        self._layers[layer] = (status, current, total)

    def __bool__(self) -> bool:
        return bool(self._layers)

    def told(self, image: str) -> PullProgressed:
        """How far the pull of a tag is; the containerd store tells no sizes of what is unpacked (28.5)."""
        under_way = [layer for layer, (status, _, _) in self._layers.items() if status == "Extracting"]
        unpacked, unpacked_total = (sum(self._unpacked[layer][n] for layer in under_way) for n in (0, 1))
        return PullProgressed(
            image,
            layers=len(self._layers),
            layers_done=sum(status in _DONE for status, _, _ in self._layers.values()),
            bytes=sum(current for _, current, _ in self._layers.values()),
            bytes_total=sum(total for _, _, total in self._layers.values()),
            unpacking=bool(under_way),
            unpacked=unpacked,
            unpacked_total=unpacked_total,
            parts=tuple(LayerOfPull(layer, *self._part(layer)) for layer in self._layers),
        )

    def _part(self, layer: str) -> tuple[str, int, int]:
        """The status and the bytes of a layer; while it is unpacked, the bytes unpacked."""
        status, current, total = self._layers[layer]
        unpacked, unpacked_total = self._unpacked.get(layer, (0, 0))
        return (status, unpacked, unpacked_total) if status == "Extracting" else (status, current, total)
