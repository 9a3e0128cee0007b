"""The Swarm of an engine: its calls by name, as in `client`; a service's JSON passes through untouched.

Managers alone take these calls. The swarm keeps what it is told in raft: a request names the version of a
service, and is refused (`is_out_of_sequence`) where the service has another version by now: of two requests
made from the same version the second is refused.
"""

import json
from typing import Any

from watcher.engine.transport import Transport
from watcher.model.errors import EngineError, NotFound
from watcher.model.json_object import Json

_OUT_OF_SEQUENCE = "update out of sequence"


class Swarm:
    """The calls that this program makes of services; every one raises what `Transport` says.

    Args:
        engine: A manager.
    """

    def __init__(self, engine: Transport) -> None:
        self._engine = engine

    async def services(self, label: str = "") -> list[Json]:
        """GET /services: all of them, or those with a label, each with its `ServiceStatus`."""
        asked = json.dumps({"label": [label]} if label else {})
        params = {"filters": asked, "status": "1"}
        return await self._engine.read("list the services", "services", params=params) or []

    async def service(self, name_or_id: str) -> Json:
        """GET /services/{id}: by its whole name or its whole id; NotFound where there is none."""
        what = f"inspect the service {name_or_id}"
        found: Json = await self._engine.read(what, f"services/{name_or_id}")
        if name_or_id not in (found["ID"], found["Spec"]["Name"]):  # by the beginning of another one's id
            raise NotFound(f"cannot {what}: there is none of this name", status=404)
        return found

    async def counted(self, service: Json) -> Json:
        """GET /services of one: the same with its `ServiceStatus`, which an inspect does not tell."""
        params = {"filters": json.dumps({"id": [service["ID"]]}), "status": "1"}
        rows = await self._engine.read("count the tasks of the service", "services", params=params) or []
        return next((row for row in rows if row["ID"] == service["ID"]), service)

    async def tasks(self, service_id: str) -> list[Json]:
        """GET /tasks of a service: those that run, and the last ones that do not."""
        params = {"filters": json.dumps({"service": [service_id]})}
        return await self._engine.read("list the tasks of the service", "tasks", params=params) or []

    async def nodes(self) -> list[Json]:
        """GET /nodes."""
        return await self._engine.read("list the nodes", "nodes") or []

    async def update(self, service: Json, spec: Json, login: dict[str, str]) -> None:
        """POST /services/{id}/update, of the very version that was read.

        Args:
            service: As read.
            spec: What it is to be: the whole of it.
            login: The header `X-Registry-Auth`; where it is empty the spec keeps the login that it has.
        """
        how: dict[str, Any] = {} if login else {"registryAuthFrom": "spec"}
        await self._post(f"update the service {_name(service)}", service, spec, how, login)

    async def go_back(self, service: Json) -> None:
        """POST /services/{id}/update with `rollback=previous`, of the very version that was read."""
        what = f"have the service {_name(service)} go back"
        await self._post(what, service, service["Spec"], {"rollback": "previous"}, {})

    async def _post(
        self, what: str, service: Json, spec: Json, how: dict[str, Any], login: dict[str, str]
    ) -> None:
        params = {"version": service["Version"]["Index"]} | how
        path = f"services/{service['ID']}/update"
        await self._engine.change(what, path, params=params, data=spec, headers=login)


def is_out_of_sequence(error: EngineError) -> bool:
    """Whether a request was refused because the service had another version by then."""
    return _OUT_OF_SEQUENCE in error.message


def _name(service: Json) -> str:
    return str(service["Spec"]["Name"])
