"""Legacy links that the engine forgot.

The engine keeps a link as the text that somebody typed, and resolves it by name at each of its own starts
(20.10 to 28.5). So an engine that dies while the provider is set aside has forgotten the link when the old
container comes back, and finds it again at its next start, by the names of that time. Nothing else brings the
link back but making the container anew.
"""

import contextlib
from collections.abc import Iterable, Mapping

from watcher.dependencies.namespaces import link_of
from watcher.engine.client import Engine
from watcher.model.errors import EngineError, NotFound
from watcher.model.json_object import Json
from watcher.recovery.group import OpenUpdates


def aliases(container: Json) -> frozenset[str]:
    """The aliases by which a container calls those that it links to on the default bridge."""
    return frozenset(link_of(entry)[1] for entry in container["HostConfig"].get("Links") or ())


def in_open_updates(found: OpenUpdates, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The aliases that the old container or the successor of each of these has, where its update is open."""
    pairs = {name: found.scenes[name].pair for name in names if name in found.scenes}
    return {
        name: frozenset[str]().union(*(aliases(found.inspects[cid]) for cid in pair if cid in found.inspects))
        for name, pair in pairs.items()
    }


def forgotten(before: frozenset[str], now: Json) -> str:
    """Words for the legacy links that a container has lost, and what to do; empty where none."""
    lost = ", ".join(sorted(before - aliases(now)))
    died = "for the engine died in the middle of an update: restart the engine, and it is there again"
    return f"has lost its link to {lost}, {died}" if lost else ""


async def refuse_forgotten(engine: Engine, before: Mapping[str, frozenset[str]]) -> None:
    """Say so where a container has lost links.

    Args:
        engine: Where they are.
        before: The aliases that each had, by its name.

    Raises:
        EngineError: One of the containers has lost links.
    """
    for name, linked in before.items():
        with contextlib.suppress(NotFound):
            if linked and (fate := forgotten(linked, await engine.container(name))):
                raise EngineError(f"{name} {fate}")
