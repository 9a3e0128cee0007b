"""The hook that has the last word before an old container stops."""

import time

from watcher.check.eligibility import For, Wait
from watcher.config.hooks import Hook
from watcher.container import hooks
from watcher.engine.client import Engine
from watcher.model.inspection import Container
from watcher.model.json_object import Json
from watcher.update.consent import NotNow

_AGAIN_S = 300.0


async def ask(engine: Engine, old: Json, hook: Hook, *, is_along: bool) -> None:
    """Run a container's own hook, and refuse the update where the hook does not let it pass.

    Args:
        engine: Where the container is.
        old: As inspected.
        hook: What is run in it.
        is_along: Whether it is replaced with another, whose update this is.

    Raises:
        NotNow: The hook says "not now" (75).
        HookFailed: The hook failed.
        EngineError: The engine did not let the hook be run.
    """
    end = await hooks.run(engine, old["Id"], hook)
    if end.code == hooks.NOT_NOW:
        name = Container(old).name
        why = f"its {hook.name} hook says not now ({hook}){end.said}"
        wait = Wait(For.VETO, f"{name}: {why}" if is_along else why, time.time() + _AGAIN_S)
        raise NotNow(f"{name} is not updated: {why}", wait, advice="try again later, as the daemon does")
    if end.code:
        raise hooks.failed(hook, end)
