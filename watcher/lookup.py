"""Which container a user means: a name, a full id, or a prefix of an id that fits one only."""

import difflib

from watcher.engine import Engine, Json
from watcher.errors import EngineError, EngineUnavailable, NoSuchContainer
from watcher.names import container_name, name_of, short


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
        # An ambiguous prefix is a 404 on 20.10 and a 400 on 28.5; the list tells either from an unknown one.
        raise _explain(name, await engine.containers(stopped=True)) from error


def _explain(name: str, rows: list[Json]) -> NoSuchContainer:
    matching = sorted(f"{name_of(row)} ({short(row['Id'])})" for row in rows if row["Id"].startswith(name))
    if matching:
        return NoSuchContainer(
            f"{name!r} is ambiguous: it matches {', '.join(matching)}", advice="use more digits, or the name"
        )
    close = difflib.get_close_matches(name, map(name_of, rows))
    advice = f"did you mean {' or '.join(close)}?" if close else "`docker ps -a` lists what there is"
    return NoSuchContainer(f"no such container: {name!r} matches none of {len(rows)}", advice=advice)
