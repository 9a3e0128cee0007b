"""What each container holds on to, for the price of one list call.

The list tells most of it (20.10 to 28.5): a joined network stands in `HostConfig.NetworkMode`, a legacy
link in the provider's `Names` as `/dependent/alias`. Joined processes and memory stand in an inspect only;
they never change in a container's life, so each container is inspected for them once.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence

from watcher.engine.client import Engine
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.json_object import Json
from watcher.model.listing import Row
from watcher.model.names import name_of

_UNLISTED = ("PidMode", "IpcMode")


class NamespaceCache:
    """The ties of one engine's containers, as far as they were learnt; ids are never given twice."""

    def __init__(self) -> None:
        self._known: dict[str, Json] = {}
        # Callers that ask at once would else all inspect the same containers.
        self._lock = asyncio.Lock()

    async def of(self, engine: Engine, rows: Sequence[Json], wanted: Collection[str]) -> list[Json]:
        """Tell what containers hold on to.

        Args:
            engine: Where they are.
            rows: GET /containers/json?all=1, all of them; what is in none of them is forgotten.
            wanted: The ids of the containers that are asked about.

        Returns:
            As much of an inspect of each as `namespaces` reads; what went meanwhile is left out.
        """
        links, found = _links(rows), list[Json]()
        async with self._lock:
            self._keep({row["Id"] for row in rows})
            for row in rows:
                if row["Id"] in wanted and (unlisted := await self._unlisted(engine, row["Id"])) is not None:
                    found.append(_outline(row, unlisted, links))
        return found

    def _keep(self, listed: set[str]) -> None:
        for cid in self._known.keys() - listed:
            del self._known[cid]

    async def _unlisted(self, engine: Engine, cid: str) -> Json | None:
        """What the list does not tell of a container; None where there is none any more.

        Of a container that the engine cannot describe nothing more is known: the error concerns it alone.
        """
        if cid not in self._known:
            try:
                host = (await engine.container(cid))["HostConfig"]
            except NotFound:
                return None
            except EngineUnavailable:
                raise
            except EngineError:
                return {}
            self._known[cid] = {key: host[key] for key in _UNLISTED if host.get(key)}
        return self._known[cid]


def _outline(row: Json, unlisted: Json, links: dict[str, list[str]]) -> Json:
    name = name_of(row)
    host = unlisted | {"NetworkMode": Row(row).network_mode, "Links": links.get(name, [])}
    return {"Id": row["Id"], "Name": f"/{name}", "HostConfig": host}


def _links(rows: Iterable[Json]) -> dict[str, list[str]]:
    """The links of each container by its name, as `PROVIDER_ID:ALIAS`."""
    found = dict[str, list[str]]()
    for row in rows:
        for dependent, alias in Row(row).links:
            found.setdefault(dependent, []).append(f"{row['Id']}:{alias}")
    return found
