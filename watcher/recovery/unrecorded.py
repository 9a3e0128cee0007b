"""Attempts that had come to their end when their process was killed, recorded by the next run."""

from watcher.host.context import Context
from watcher.recovery.open_names import open_names


async def record_unrecorded(context: Context) -> None:
    """Record the attempts that were about to end, where no update is open any more and nobody is at work.

    An attempt whose update is still open is recorded by the run that settles it.
    """
    for name in sorted(await context.memory.history.unrecorded()):
        async with context.memory.claims.take(name) as is_ours:
            if is_ours and name not in open_names(await context.engine.containers(stopped=True)):
                await context.memory.history.confirm(name)
