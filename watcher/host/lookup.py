"""Which container a user means: a name, a full id, or a prefix of an id that fits one only."""

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NoSuchContainer, NotFound
from watcher.model.json_object import Json
from watcher.model.names import Marker, container_name, name_of, short


async def find(engine: Engine, text: str) -> Json:
    """Inspect the container that a user named.

    Raises:
        NoSuchContainer: Nothing, or more than one container, answers to it; the line lists what matched.
    """
    name = container_name(text)
    if name is None:
        raise NoSuchContainer(
            f"no container is called {text!r}", advice="a name holds letters, digits, '_', '.' and '-' only"
        )
    try:
        return await engine.container(name)
    except EngineUnavailable:
        raise
    except EngineError as error:
        # The status of an ambiguous prefix differs between engines; the list tells it from anything else.
        rows = await engine.containers(stopped=True)
        matching = sorted(
            f"{name_of(row)} ({short(row['Id'])})" for row in rows if row["Id"].startswith(name)
        )
        if not matching and not isinstance(error, NotFound):
            raise
        raise _explain(name, rows, matching) from error


def _explain(name: str, rows: list[Json], matching: list[str]) -> NoSuchContainer:
    if matching:
        return NoSuchContainer(
            f"{name!r} is ambiguous: it matches {', '.join(matching)}", advice="use more digits, or the name"
        )
    if any(marker.name == name for row in rows if (marker := Marker.parse(name_of(row)))):
        return NoSuchContainer(
            f"{name!r} is missing: an update of it was cut short",
            advice=f"`watcher update {name}` brings it back",
        )
    import difflib

    close = difflib.get_close_matches(name, map(name_of, rows))
    advice = f"did you mean {' or '.join(close)}?" if close else "`docker ps -a` lists what there is"
    return NoSuchContainer(f"no such container: {name!r} matches none of {len(rows)}", advice=advice)
