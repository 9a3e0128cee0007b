"""Which engine this is, by what it says of itself: its id, its clock, its part in a swarm."""

from email.utils import parsedate_to_datetime
from typing import Literal

from watcher.engine.transport import Transport
from watcher.model.errors import Barred, NotFound
from watcher.model.inspection import seconds_of
from watcher.model.json_object import Json

Role = Literal["manager", "worker", ""]


class IdentifiedEngine(Transport):
    """An engine that was asked, once per connection, for its id and for its part in a swarm."""

    _role: Role = ""

    async def info(self) -> Json:
        """GET /info."""
        return await self.read("ask for the engine's settings", "info")

    async def now(self) -> float:
        """Seconds since the epoch by the engine's clock.

        Where a proxy lets no `GET /info` pass, the time is the end of the second that another answer bears.
        """
        try:
            return seconds_of((await self.info())["SystemTime"])
        except Barred:
            what = "ask for the engine's time"
            async with self.response(what, "version", versioned_api=False) as response:
                return parsedate_to_datetime(response.headers["Date"]).timestamp() + 1

    async def identity(self) -> str:
        """The engine's id, asked for once per connection; its endpoint where a proxy does not let us ask."""
        if not self._identity:
            try:
                said = await self.info()
                self._identity = str(said.get("ID") or self.endpoint.shown)
                self._role = _role(said)
            except (Barred, NotFound):
                self._identity, self._role = self.endpoint.shown, ""
        return self._identity

    async def role(self) -> Role:
        """The engine's part in a swarm; empty where it has none. Nothing is asked for it alone."""
        await self.identity()
        return self._role

    def ask_anew(self) -> None:
        """Ask once more what it is: an event has told of a swarm."""
        self._identity = ""


def _role(said: Json) -> Role:
    swarm = said.get("Swarm") or {}
    if swarm.get("LocalNodeState") != "active":
        return ""
    return "manager" if swarm.get("ControlAvailable") else "worker"
