"""The followed containers of one engine, by one list call: their order, and whose update was cut short."""

from watcher.host import inventory
from watcher.host.context import Context
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.recovery.compose_recreations import unnamed
from watcher.recovery.state import strays
from watcher.update.keeping import Sweep
from watcher.update.own.own_update import OwnUpdate, see_to
from watcher.update.sequencer import Turns, order_of


class FollowedContainers:
    """What each look at all containers finds; the next one begins anew.

    Args:
        context: The engine.
        turns: Which container waits for which, which follows from the order of all.

    Attributes:
        names: The names of the containers that are followed, or whose update was cut short.
        cut_short: The names of the containers whose update was cut short, or is under way.
        strays: The names of the containers that have a temporary name and are no part of an update.
        own_update: The update of the updater's own container.
    """

    def __init__(self, context: Context, turns: Turns) -> None:
        self._context = context
        self._turns = turns
        self._sweep = Sweep(context)
        self.own_update = OwnUpdate()
        self.names: set[str] = set()
        self.cut_short: set[str] = set()
        self.strays: set[str] = set()

    async def rows(self) -> list[Json]:
        """The list rows of the containers that are followed; nothing is noted of them."""
        context = self._context
        return await context.opted_in(await context.engine.containers(stopped=True, **context.may_follow))

    async def look(self) -> tuple[list[Json], list[Json]]:
        """The rows of all containers and of those that are followed; order and open updates are noted."""
        context, turns = self._context, self._turns
        noted = turns.noted()
        rows = await context.engine.containers(stopped=True)
        await context.own.find(context.engine, rows)
        await context.memory.clear(*({row[key] for row in rows} for key in ("Id", "ImageID")))
        await context.notes.clear()
        await context.watchtowers.see(context.engine, rows)
        await self._sweep.look(rows)
        ours = await context.opted_in(rows)
        self.cut_short = inventory.cut_short(rows) | await context.notes.names() | unnamed(rows, ours)
        names = {name_of(row) for row in ours}
        self.names = names | self.cut_short
        self.strays = strays(rows).keys() & names
        turns.order = await order_of(context, rows)
        self.own_update = await see_to(context, rows, turns)
        turns.keep(inventory.wanting(ours, context.readable_policy), noted)
        return rows, ours
