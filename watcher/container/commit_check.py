"""Whether a successor that has proved itself is still where it must be, before its old one is removed."""

from watcher.container.readiness import has_ended_well
from watcher.engine.client import Engine
from watcher.model.errors import EngineError
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import Marker


class OutOfPlace(EngineError):
    """A successor that had proved itself has not got the name any more, or does not run."""


async def confirm(engine: Engine, new: str, marker: Marker) -> None:
    """See that a proved successor has the name and its state, right before the old container is removed.

    Raises:
        OutOfPlace: It has not.
    """
    container = await engine.container(new)
    name, state = Container(container).name, Container(container).status
    if name != marker.name:
        raise OutOfPlace(f"its successor is called {name} now")
    if not is_as_wanted(container, marker):
        raise OutOfPlace(f"its successor is {state}, after it had proved itself")


def is_as_wanted(container: Json, marker: Marker) -> bool:
    """Whether a successor is in a state that its update may end in.

    A pause of a person's stands. A successor with nothing to go back to may be in any state. A successor
    between two starts that ended with 0 was proved to do so, as the old container did.
    """
    state, is_judged = (
        Container(container).state,
        marker.wanted != "s" and not marker.unjudged and not marker.back,
    )
    is_running = state.is_running if not state.is_restarting else state.exit_code == 0
    return bool(not is_judged or is_running or has_ended_well(container))
