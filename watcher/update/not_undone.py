"""What is said where an update failed and could not be undone: the cause, what runs now, one command."""

from collections.abc import Sequence

from watcher.model.errors import EngineError, Occupied, TaskLeft, is_forbidden
from watcher.model.names import short
from watcher.recovery.undo import NameTaken
from watcher.update.plan import Step
from watcher.update.steps import Replacement


def attempted(step: Step, error: BaseException) -> str:
    """What went wrong with a step, as a clause; what was not asked for was not refused either."""
    if isinstance(error, EngineError) and not error.was_asked:
        return f"did not {step.action.value}, for this updater could not show that it lives: {error}"
    return f"could not {step.action.value}: {error}"


async def not_undone(
    root: Replacement, begun: Sequence[Replacement], tried: str, trouble: EngineError
) -> EngineError:
    """The error for it.

    Args:
        root: The container that was to be updated.
        begun: Those for which something was made.
        tried: The cause.
        trouble: What kept it from being undone.
    """
    failed = f"{root.name} could not be updated: {tried}"
    astray = [part for part in begun if await part.astray()]
    if not astray:
        left = " ".join(short(part.new) for part in begun if part.new)
        return EngineError(
            f"{failed}; {root.as_it_was}, but what was made for the update could not be removed ({trouble})",
            advice=f"`docker rm -v {left}`",
        )
    found = [(part, *await part.seen()) for part in astray]
    states = "; ".join(state if part is root else f"of {part.name}, {state}" for part, state, _ in found)
    commands = [command for _, _, command in found if command]
    command = commands[0] if len(commands) == 1 else f"watcher update {root.name}"
    return EngineError(
        f"{failed}; it IS NOT YET AS IT WAS: {states} ({trouble.message})",
        advice=f"nothing is lost: {_way(root.name, command, trouble)}",
    )


def _way(name: str, command: str, trouble: EngineError) -> str:
    """When to type which command; where somebody else is in the way, ours, which sees that for itself."""
    if isinstance(trouble, TaskLeft):
        return f"run `watcher update {name}` once more, which tries the new container instead"
    if isinstance(trouble, NameTaken):
        return f"run `watcher update {name}` once what has the name now is renamed or removed"
    if isinstance(trouble, Occupied):
        return f"{trouble.advice}; once that is done, run `{command}`"
    if is_forbidden(trouble):
        return f"run `{command}` once that is let pass"
    return f"run `{command}` once {'that is mended' if trouble.status else 'the engine is well'}"


def still_there(name: str, tried: str) -> EngineError:
    """What is said where a new container has proved itself, and its old one could not be removed.

    Args:
        name: The container's.
        tried: The cause.
    """
    return EngineError(
        f"{name} is updated and works, but what it was before is still there ({tried})",
        advice=f"run `watcher update {name}` once more to remove it",
    )
