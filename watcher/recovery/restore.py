"""Gives an old container back what an update took from it: its name, its options and its state."""

from collections.abc import Callable

from watcher.container import startup
from watcher.container.baseline import left_stopped
from watcher.container.changed_options import unheld
from watcher.container.readiness import is_wired
from watcher.engine.client import Engine
from watcher.model.errors import Conflict
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker
from watcher.recovery.steps import halt, hold_restart_policy, pause, take_name

# The options that a container lacks, told from how it is now: a person may change them until then.
Lacking = Callable[[Json], Json]


async def restore(engine: Engine, cid: str, marker: Marker, lacking: Lacking) -> None:
    """Give a container its name, but where a person gave it one, the options that it lacks, and its state."""
    await _give_name(engine, cid, marker)
    await _revive(engine, cid, marker, lacking)


async def restore_alone(engine: Engine, cid: str, marker: Marker) -> None:
    """Restore a container whose temporary name alone tells of its update: the name is given back last.

    Where somebody took the name meanwhile, the container stays aside, and stopped.
    """
    await _revive(engine, cid, marker, lambda now: unheld(now, marker))
    try:
        await _give_name(engine, cid, marker)
    except Conflict:
        await halt(engine, await engine.container(cid))
        await hold_restart_policy(engine, cid, marker)
        raise


async def _give_name(engine: Engine, cid: str, marker: Marker) -> None:
    if Marker.parse(Container(await engine.container(cid)).name):
        await take_name(engine, cid, marker)


async def _revive(engine: Engine, cid: str, marker: Marker, lacking: Lacking) -> None:
    container = await engine.container(cid)
    await engine.amend(cid, lacking(container))
    if marker.wanted == "s" or Container(container).state.is_paused:
        # The engine refuses to start a paused container (409); it was never stopped.
        return
    if not Container(container).is_running:
        await startup.start(engine, cid)
    container = await engine.container(cid)
    if Container(container).is_running and not is_wired(container, left_stopped(container, marker)):
        await engine.restart(container)
    await pause(engine, cid, marker)
