"""Notes which files Compose put into a container, before a process of the container can add its own to them.

Later the engine tells no more of a file than its time, which the process may have set (20.10 to 28.5). It
does tell, as it happens, that a client puts files into a container: `extract-to-dir`.
"""

import asyncio

from watcher.container.injected_files import injected
from watcher.host.context import Context
from watcher.model.errors import EngineError
from watcher.model.inspection import Container, attributes_of, moment_of, seconds_of
from watcher.model.json_object import Json
from watcher.model.labels import COMPOSE_PROJECT
from watcher.model.listing import Row
from watcher.store.failures import Injected

_PUT = "extract-to-dir"
_ACTIONS = ("create", _PUT, "start")


class Injections:
    """Notes the files of each Compose container that is followed, once it is made or seen and at each start.

    Args:
        context: The engine and the state directory.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: set[str] = set()
        self._put: dict[str, float] = {}  # when files were put into it last, by the container's id
        self._waiting: dict[str, None] = {}
        self._rung = asyncio.Event()

    def see(self, rows: list[Json]) -> None:
        """Have the containers looked at that were not seen before; `rows` are those of the followed ones."""
        made = {row["Id"] for row in rows if COMPOSE_PROJECT in Row(row).labels}
        self._known &= made
        self._put = {cid: at for cid, at in self._put.items() if cid in made}
        for cid in sorted(made - self._known):
            self._have_noted(cid)

    def happened(self, event: Json) -> None:
        """Have a container looked at that was made, given files or started, as the engine tells."""
        labels = attributes_of(event)
        if event.get("Action") not in _ACTIONS or not self._may_follow(labels):
            return
        cid = event["Actor"]["ID"]
        if event["Action"] == _PUT:
            self._put[cid] = moment_of(event)
        self._have_noted(cid)

    def _may_follow(self, labels: Json) -> bool:
        return COMPOSE_PROJECT in labels and self._context.may_be_followed(labels)

    def lost(self) -> None:
        """Forget what was seen, for events may be missed from now on."""
        self._known.clear()
        self._put.clear()

    async def run(self) -> None:
        """Note what is to be noted, one container after the other, for ever."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            while self._waiting:
                cid = next(iter(self._waiting))
                del self._waiting[cid]
                try:
                    await self._note(cid)
                except EngineError:
                    self._known.discard(cid)

    def _have_noted(self, cid: str) -> None:
        self._waiting[cid] = None
        self._rung.set()

    async def _note(self, cid: str) -> None:
        container, memory = await self._context.engine.container(cid), self._context.memory
        state, last = Container(container).state, await memory.injected(cid)
        was_seen, at = cid in self._known, self._put.get(cid)
        self._known.add(cid)
        # Where a process ran then, it may have had its hand in what is there now.
        is_put = at is not None and not (state.is_running and at > seconds_of(state.started))
        if last and not is_put and (was_seen or last.started == state.started):
            files = last.files
        else:
            files = await injected(self._context.engine, container)
        if last != (seen := Injected(state.started, files)):
            await memory.keep_injected(cid, seen)
        if self._put.get(cid) == at:
            self._put.pop(cid, None)  # else more was put there meanwhile
