"""The engine as it is seen with `--watchtower`: Watchtower's labels count where ours are absent."""

from watcher.check.own_labels import OwnLabels
from watcher.engine.capabilities import SIGNAL_OF_A_STOP
from watcher.model import watchtower
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.listing import Row
from watcher.model.watchtower import COUNTS


class WatchtowerLabels(OwnLabels):
    """The engine, whose containers say what labels of Watchtower's on them mean.

    A list shows what they mean beside the container's own labels. An inspect does not, for its labels are
    those of the successor: it is marked, and `watchtower.settings_of` tells.
    """

    reads = (*OwnLabels.reads, watchtower.PREFIX)

    async def containers(self, *, stopped: bool = False, **filters: str) -> list[Json]:
        """GET /containers/json, with what the labels mean."""
        return [_told(row) for row in await super().containers(stopped=stopped, **filters)]

    async def container(self, name_or_id: str) -> Json:
        """GET /containers/{id}/json, with `COUNTS` set: Watchtower's labels on this container are read."""
        return await super().container(name_or_id) | {COUNTS: True}

    async def stop(self, container: Json, seconds: int | None = None, signal: str = "") -> None:
        """POST /containers/{id}/stop, with the signal that a label asks for, where the engine takes one."""
        if SIGNAL_OF_A_STOP.on(self.api):
            signal = signal or watchtower.signal_of(Container(container).labels)
        await super().stop(container, seconds, signal)


def _told(row: Json) -> Json:
    labels = Row(row).labels
    return row | {COUNTS: True, "Labels": {**labels, **watchtower.shown(labels)}}
