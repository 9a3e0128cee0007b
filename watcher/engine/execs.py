"""The engine's calls that run a program in a container, as `docker exec` does."""

from collections.abc import AsyncGenerator, Sequence

from watcher.engine.transport import Transport
from watcher.model.json_object import Json
from watcher.model.names import short


class Execs(Transport):
    """The engine's calls about programs in containers."""

    async def create_exec(self, cid: str, words: Sequence[str], environ: Sequence[str] = ()) -> str:
        """POST /containers/{id}/exec; returns its id.

        Args:
            cid: The container's.
            words: The program and its arguments.
            environ: `NAME=value`, beside the container's own.
        """
        body = {"Cmd": [*words], "Env": [*environ], "AttachStdout": True, "AttachStderr": True}
        what = f"run {words[0]} in {short(cid)}"
        return str((await self.change(what, f"containers/{cid}/exec", data=body))["Id"])

    async def start_exec(self, exec_id: str) -> AsyncGenerator[bytes, None]:
        """POST /exec/{id}/start: both streams in frames, as they come, until no process has them any more."""
        await self.may_change()
        what, path = "start a program in a container", f"exec/{exec_id}/start"
        options = {"data": '{"Detach": false, "Tty": false}', "headers": {"Content-Type": "application/json"}}
        async with self.response(what, path, "POST", limit=None, **options) as response:
            async for chunk in response.content.iter_any():
                yield chunk

    async def detached_exec(self, exec_id: str) -> None:
        """POST /exec/{id}/start, without its streams."""
        what = "start a program in a container"
        await self.change(what, f"exec/{exec_id}/start", data={"Detach": True, "Tty": False})

    async def inspected_exec(self, exec_id: str) -> Json:
        """GET /exec/{id}/json: `Running` and `ExitCode`."""
        return await self.read("ask how a program in a container ended", f"exec/{exec_id}/json")
