"""Stops that were asked for by an updater that was killed before their end.

The engine goes on with a stop whose caller hung up (20.10 to 28.5). Until the stop is over the container is
shown as running, and a start does nothing; then the container is stopped for good, restart policy or not.
"""

from watcher.engine.client import Engine
from watcher.model.inspection import Container, seconds_of
from watcher.model.json_object import Json


async def see_through(engine: Engine, old: str, successor: str) -> None:
    """See a stop of an old container to its end, if one may be under way; a second stop waits for the first.

    Args:
        engine: Where it is.
        old: Its id.
        successor: The id of its successor, which was made before the stop was asked for.
    """
    container = await engine.container(old)
    if Container(container).is_running and await _may_be_stopping(engine, container, successor):
        await engine.stop(container)


async def _may_be_stopping(engine: Engine, container: Json, successor: str) -> bool:
    """Whether the old container may be stopping: it was sent a signal, or the engine has forgotten that time.

    The engine keeps its last 256 events, and none over its own restart. Their order tells what came after
    what; their times do not where the clock was set back, and the engine tells no event of a time to come.
    """
    made = seconds_of((await engine.container(successor))["Created"])
    if seconds_of(Container(container).state.started) > made:
        return False
    past = await engine.past_events(await engine.now(), container=[container["Id"], successor])
    happened = [(event["Actor"]["ID"], event["Action"]) for event in past]
    if (successor, "create") not in happened:
        return True
    return (container["Id"], "kill") in happened[happened.index((successor, "create")) :]
