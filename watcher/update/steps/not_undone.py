"""The errors for an update that failed and could not be undone: the cause, what runs now, one command."""

from collections.abc import Sequence

from watcher.model.errors import EngineError, Occupied, TaskLeft, is_forbidden
from watcher.model.names import short
from watcher.recovery.undo import NameTaken
from watcher.update.steps.plan import Step
from watcher.update.steps.replacement import Replacement


def attempted(step: Step, error: BaseException) -> str:
    """The step that failed and why, as a clause."""
    if isinstance(error, EngineError) and not error.was_asked:
        return f"did not {step.action.value}, for this updater could not show that it lives: {error}"
    return f"could not {step.action.value}: {error}"


async def not_undone(
    root: Replacement, begun: Sequence[Replacement], tried: str, hindrance: EngineError
) -> EngineError:
    """The error for an update that could not be undone.

    Args:
        root: The container that was to be updated.
        begun: The containers for which something was made.
        tried: The cause.
        hindrance: What kept the update from being undone.
    """
    failed = f"{root.name} could not be updated: {tried}"
    astray = [part for part in begun if await part.astray()]
    if not astray:
        left = " ".join(short(part.new) for part in begun if part.new)
        return EngineError(
            f"{failed}; {root.as_it_was}, "
            f"but what was made for the update could not be removed ({hindrance})",
            advice=f"`docker rm -v {left}`",
        )
    found = [(part, *await part.seen()) for part in astray]
    states = "; ".join(state if part is root else f"of {part.name}, {state}" for part, state, _ in found)
    commands = [command for _, _, command in found if command]
    command = commands[0] if len(commands) == 1 else f"watcher update {root.name}"
    return EngineError(
        f"{failed}; it IS NOT YET AS IT WAS: {states} ({hindrance.message})",
        advice=f"nothing is lost: {_way(root.name, command, hindrance)}",
    )


def _way(name: str, command: str, hindrance: EngineError) -> str:
    """The advice: which command is to be run, and when."""
    if isinstance(hindrance, TaskLeft):
        return f"run `watcher update {name}` once more, which tries the new container instead"
    if isinstance(hindrance, NameTaken):
        return f"run `watcher update {name}` once what has the name now is renamed or removed"
    if isinstance(hindrance, Occupied):
        return f"{hindrance.advice}; once that is done, run `{command}`"
    if is_forbidden(hindrance):
        return f"run `{command}` once that is let pass"
    return f"run `{command}` once {'that is mended' if hindrance.status else 'the engine is well'}"


def still_there(name: str, tried: str) -> EngineError:
    """The error for a successor that has proved itself and whose old container could not be removed.

    Args:
        name: The container's.
        tried: The cause.
    """
    return EngineError(
        f"{name} is updated and works, but what it was before is still there ({tried})",
        advice=f"run `watcher update {name}` once more to remove it",
    )
