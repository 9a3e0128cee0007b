"""The one way to the Docker engine: its calls by name.

What the engine answers stays the JSON it is, so that newer engines' fields pass through. The errors are
those of `transport`.
"""

import base64
import copy
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal, Self

from watcher.engine.capabilities import MANIFESTS
from watcher.engine.execs import Execs
from watcher.engine.identity import IdentifiedEngine
from watcher.engine.log_frames import demultiplexed
from watcher.engine.look import Look
from watcher.engine.stop_timeout import stop_seconds
from watcher.engine.transport import CHANGE_LIMIT, SILENCE_LIMIT
from watcher.model.errors import EngineError, EngineUnavailable, NotFound
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.model.quoting import cut

Headers = dict[str, str]

DISTRIBUTION_LIMIT = 30.0
_RENAMES = 10  # after so many in a row a reading by a name is given up
_STOP_MARGIN = 60.0


class Engine(IdentifiedEngine, Execs):
    """The calls that this program makes; every one raises what `Transport` says."""

    _look: Look | None = None

    # Containers: to read

    async def containers(self, *, stopped: bool = False, **filters: str) -> list[Json]:
        """GET /containers/json; `filters` holds one value per key."""
        asked = json.dumps({key: [value] for key, value in filters.items()})
        params = {"all": str(int(stopped)), "filters": asked}
        return await self.read("list the containers", "containers/json", params=params) or []

    async def container(self, name_or_id: str) -> Json:
        """GET /containers/{id}/json; NotFound also where an id's prefix fits several.

        While a container is renamed the engine still finds it by its former name, and answers as soon as it
        has the new one (20.10 to 28.5). So a container of another name than was asked for is asked for again.
        """
        what, where = f"inspect the container {name_or_id}", f"containers/{name_or_id}/json"
        for _ in range(_RENAMES):
            found: Json = await self.read(what, where)
            if Container(found).name == name_or_id or found["Id"].startswith(name_or_id):
                return found
        raise NotFound(f"cannot {what}: it is being renamed")

    async def processes(self, cid: str, ps_args: str) -> list[list[str]]:
        """GET /containers/{id}/top: the rows of the host's `ps` for this container's processes."""
        what = f"list the processes of {short(cid)}"
        found = await self.read(what, f"containers/{cid}/top", params={"ps_args": ps_args})
        return found.get("Processes") or []

    async def changes(self, cid: str) -> list[Json]:
        """GET /containers/{id}/changes: `{"Path", "Kind"}`, Kind 1 is an added file."""
        return await self.read(f"list the changed files of {short(cid)}", f"containers/{cid}/changes") or []

    async def archive(self, cid: str, path: str, most: int) -> bytes | None:
        """GET /containers/{id}/archive: a tar whose names begin at the last component of `path`.

        Returns:
            The tar; None where it has more bytes than `most`, of which no more are read.
        """
        what, where, found = f"read {path} of {short(cid)}", f"containers/{cid}/archive", bytearray()
        async with self.response(what, where, params={"path": path}) as response:
            async for chunk in response.content.iter_any():
                found += chunk
                if len(found) > most:
                    return None
        return bytes(found)

    async def stat(self, cid: str, path: str) -> Json:
        """HEAD /containers/{id}/archive: the decoded `X-Docker-Container-Path-Stat`."""
        what, where = f"look at {cut(path)} of {short(cid)}", f"containers/{cid}/archive"
        async with self.response(what, where, "HEAD", params={"path": path}) as response:
            found: Json = json.loads(base64.b64decode(response.headers["X-Docker-Container-Path-Stat"]))
        return found

    async def logs(self, cid: str, tail: int) -> str:
        """GET /containers/{id}/logs: the last lines of both streams, as text."""
        what, params = f"read the log of {short(cid)}", {"stdout": "1", "stderr": "1", "tail": str(tail)}
        async with self.response(what, f"containers/{cid}/logs", params=params) as response:
            raw = await response.read()
        return demultiplexed(raw).decode(errors="replace")

    # Containers: to change

    async def create(self, name: str, body: Json, platform: str = "") -> str:
        """POST /containers/create; returns the new id."""
        params = {"name": name} | ({"platform": platform} if platform else {})
        made = await self.change(
            f"create the container {name}", "containers/create", params=params, data=body
        )
        return str(made["Id"])

    async def put_archive(self, cid: str, path: str, tar: bytes) -> None:
        """PUT /containers/{id}/archive: unpack a tar at `path`; owners and modes are the tar's."""
        what, where = f"write {path} of {short(cid)}", f"containers/{cid}/archive"
        kind = {"Content-Type": "application/x-tar"}
        await self.ask(what, "PUT", where, limit=CHANGE_LIMIT, params={"path": path}, data=tar, headers=kind)

    async def act(self, cid: str, verb: Literal["start", "pause", "unpause"]) -> None:
        """POST /containers/{id}/{verb}; starting what runs already is no error (304)."""
        await self.change(f"{verb} the container {short(cid)}", f"containers/{cid}/{verb}")

    async def stop(self, container: Json, seconds: int | None = None, signal: str = "") -> None:
        """POST /containers/{id}/stop, with the container's own signal unless another is given.

        Args:
            container: As inspected.
            seconds: Until SIGKILL; None is what was chosen for it (`chosen_time`), else the container's own
                time, else the engine's 10 s, and a negative one never kills.
            signal: Another signal than its own.
        """
        seconds = self.chosen_time(container) if seconds is None else seconds
        limit = None if (longest := stop_seconds(container, seconds)) is None else longest + _STOP_MARGIN
        params = ({} if seconds is None else {"t": seconds}) | ({"signal": signal} if signal else {})
        what, where = f"stop the container {short(container['Id'])}", f"containers/{container['Id']}/stop"
        await self.ask(what, "POST", where, limit=limit, params=params)

    async def restart(self, container: Json) -> None:
        """POST /containers/{id}/restart, of an inspected one, with the time to stop that `stop` gives it."""
        seconds = self.chosen_time(container)
        longest, params = stop_seconds(container, seconds), {} if seconds is None else {"t": seconds}
        limit = None if longest is None else longest + _STOP_MARGIN + CHANGE_LIMIT
        what, where = f"restart the container {short(container['Id'])}", f"containers/{container['Id']}"
        await self.ask(what, "POST", f"{where}/restart", limit=limit, params=params)

    def chosen_time(self, _: Json) -> int | None:
        """Seconds that somebody chose for an inspected container to stop: here nobody; `OwnLabels` knows."""
        return None

    async def rename(self, cid: str, name: str) -> None:
        """POST /containers/{id}/rename; Conflict where the name is taken."""
        what = f"rename the container {short(cid)} to {name}"
        await self.change(what, f"containers/{cid}/rename", params={"name": name})

    async def set_restart_policy(self, cid: str, policy: Json) -> None:
        """POST /containers/{id}/update with a `RestartPolicy` alone."""
        what = f"set the restart policy of {short(cid)}"
        await self.change(what, f"containers/{cid}/update", data={"RestartPolicy": policy})

    async def amend(self, cid: str, options: Json) -> None:
        """POST /containers/{id}/update, as `docker update`; nothing where there is no option."""
        if options:
            await self.change(f"update the options of {short(cid)}", f"containers/{cid}/update", data=options)

    async def sign_of_life(self, name: str) -> None:
        """POST /containers/{name}/update with nothing in it: changes nothing, and is reported as an event.

        Args:
            name: The whole name; NotFound where nothing is called so any more.
        """
        await self.change(f"give a sign of life by {name}", f"containers/{name}/update", data={})

    async def remove(self, cid: str, *, with_own_volumes: bool = False) -> None:
        """DELETE /containers/{id}, never by force.

        Args:
            cid: Its full id.
            with_own_volumes: Also its anonymous volumes (`v=1`), but none that was attached by name.
        """
        what, params = f"remove the container {short(cid)}", {"v": str(int(with_own_volumes))}
        await self.ask(what, "DELETE", f"containers/{cid}", limit=CHANGE_LIMIT, params=params)
        self.removed.append(cid)

    async def wait_removed(self, cid: str) -> None:
        """POST /containers/{id}/wait?condition=removed; no error where it is gone already."""
        params = {"condition": "removed"}
        try:
            await self.change(
                f"wait for the removal of {short(cid)}",
                f"containers/{cid}/wait",
                params=params,
                changes=False,
            )
        except NotFound:
            return

    async def connect(self, network: str, cid: str, endpoint: Json) -> None:
        """POST /networks/{id}/connect."""
        data = {"Container": cid, "EndpointConfig": endpoint}
        await self.change(f"connect {short(cid)} to {network}", f"networks/{network}/connect", data=data)

    async def network(self, network: str) -> Json:
        """GET /networks/{id}, by name too."""
        return await self.read(f"inspect the network {network}", f"networks/{network}")

    async def create_network(self, body: Json) -> None:
        """POST /networks/create."""
        await self.change(f"create the network {body['Name']}", "networks/create", data=body)

    async def volume(self, name: str) -> Json:
        """GET /volumes/{name}."""
        return await self.read(f"inspect the volume {name}", f"volumes/{name}")

    async def disconnect(self, network: str, cid: str) -> None:
        """POST /networks/{id}/disconnect."""
        data = {"Container": cid, "Force": False}
        what = f"disconnect {short(cid)} from {network}"
        await self.change(what, f"networks/{network}/disconnect", data=data)

    # Images

    def looking(self) -> Self:
        """The same connection for one look, which inspects each image once."""
        mine = copy.copy(self)
        mine._look = Look()  # noqa: SLF001 - it is one of us
        return mine

    async def image(self, reference: str) -> Json:
        """GET /images/{name}/json, by reference or id; NotFound where the local cache has none.

        With the `Manifests` of an index, where the engine tells them (API 1.48 and newer, containerd store):
        it finds them out in any case (28.5).
        """
        return await (self._look.image(reference, self._image) if self._look else self._image(reference))

    async def _image(self, reference: str) -> Json:
        params = {"manifests": "1"} if MANIFESTS.on(self.api) else {}
        return await self.read(f"inspect the image {reference}", f"images/{reference}/json", params=params)

    async def remove_image(self, image_id: str) -> None:
        """DELETE /images/{id}, never by force; Conflict where something still refers to it."""
        await self.ask(
            f"remove the image {short(image_id)}", "DELETE", f"images/{image_id}", limit=CHANGE_LIMIT
        )

    async def distribution(self, reference: str, login: Headers) -> Json:
        """GET /distribution/{name}/json: what the registry says of a reference; pulls no layer."""
        what, where = f"ask the registry for {reference}", f"distribution/{reference}/json"
        return await self.ask(what, "GET", where, limit=DISTRIBUTION_LIMIT, headers=login)

    async def pull(self, reference: str, platform: str, login: Headers) -> AsyncGenerator[Json, None]:
        """POST /images/create: the progress lines, to the end; an error inside a 200 is raised.

        The first thing that comes is an empty line: the registry has answered the engine, which 28.5 with
        the containerd store waits for without end. An engine that says nothing for 10 minutes after that
        has failed.

        Args:
            reference: What to pull.
            platform: As `os/architecture/variant`; empty is the engine's own.
            login: The header `X-Registry-Auth`, or nothing.
        """
        what, params = f"pull {reference}", {"fromImage": reference}
        options = {"params": params | ({"platform": platform} if platform else {}), "headers": login}
        request = self.lines(what, "images/create", "POST", silence=SILENCE_LIMIT, **options)
        async with aclosing(request) as lines:
            async for line in lines:
                said = json.loads(line or b"{}")
                if detail := said.get("errorDetail", {}).get("message") or said.get("error"):
                    raise EngineError(f"cannot {what}: {detail}")
                yield said

    async def events(self, **filters: list[str]) -> AsyncGenerator[Json, None]:
        """GET /events: from the moment of the call on, until the engine ends it (EngineUnavailable).

        The first thing that comes is an empty event: the engine has subscribed us.
        """
        what, params = "follow the engine's events", {"filters": json.dumps(filters)}
        async with aclosing(self.lines(what, "events", params=params)) as lines:
            async for line in lines:
                yield json.loads(line or b"{}")
        raise EngineUnavailable(f"cannot {what}: the engine at {self.endpoint.shown} ended them")

    async def past_events(self, until: float, **filters: list[str]) -> list[Json]:
        """GET /events: those up to a time that the engine still knows (its last 256), oldest first.

        No real beginning is asked for: where the clock was set back that moment may be still to come, and
        the engine refuses to answer (400) where the beginning is after `until`.

        Args:
            until: Seconds since the epoch, by the engine's clock, which waits for it.
            filters: Several values per key.
        """
        params = {"since": "1", "until": f"{until:.6f}", "filters": json.dumps(filters)}
        async with self.response("read the engine's past events", "events", params=params) as response:
            return [json.loads(line) for line in (await response.read()).splitlines()]
