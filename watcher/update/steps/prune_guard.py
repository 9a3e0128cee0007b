"""Notes what makes the containers of an update anew, and does so where a prune comes in between."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from watcher.host.notes import Note
from watcher.model.errors import EngineError, EngineUnavailable
from watcher.recovery.rebuild import Workshop, noted, put_back
from watcher.update.steps.replacement import Replacement

T = TypeVar("T")
Keep = Callable[[Iterable[Replacement]], Awaitable[None]]


class Rescue:
    """What makes the containers of one update anew.

    Args:
        at: Where things are made anew, and with what.
        parts: The replacements of all its containers.
        keep_images: Keeps the images that are left, before the first old container is removed.

    Attributes:
        lines: What happened, for people.
        errors: Why something could not be made anew when it was last tried.
    """

    def __init__(self, at: Workshop, parts: Sequence[Replacement], keep_images: Keep) -> None:
        self.keep_images = keep_images
        self.lines: list[str] = []
        self.errors: tuple[EngineError, ...] = ()
        self._at = at
        self._parts = {part.name: part for part in parts}
        self._note: Note | None = None

    async def note(self) -> None:
        """Note what makes all containers anew: once all successors are created, and before the first stop."""
        if self._note is None:
            name = next(iter(self._parts))
            olds = [part.inspected for part in self._parts.values()]
            parts = [await part.noted() for part in self._parts.values()]
            self._note = await noted(self._at.engine, name, parts, olds)
            await self._at.notes.keep(self._note)

    async def put_back(self) -> bool:
        """Make the containers and networks anew that a prune took; whether there was one."""
        if self._note is None:
            return False
        done = await put_back(self._at, self._note)
        self._note, self.errors = done.note, done.errors
        self.lines += done.lines
        for each in done.note.parts:
            if each.again:
                self._parts[each.marker.name].made_anew(each.again)
        return done.is_changed

    async def over(self) -> None:
        """Drop the note, for the update has come to its end."""
        if self._note is not None:
            await self._at.notes.drop(self._note)


async def mending(
    at: Workshop, name: str, work: Callable[[], Awaitable[tuple[T, bool]]]
) -> tuple[T, tuple[str, ...]]:
    """Do the work of recovery on a container after a prune's losses were made anew; then drop its note.

    The work goes on without a container that cannot be made anew.

    Args:
        at: Where, and with what.
        name: The container's.
        work: Gives something, and whether nothing failed in it.

    Returns:
        What the work gave, and what happened, for people.

    Raises:
        EngineError: The engine refused; what is noted stays.
    """
    lines = list[str]()
    await _all_put_back(at, name, lines)
    while True:
        try:
            result, is_good = await work()
        except EngineUnavailable:
            raise
        except EngineError as error:
            is_open, errors = await _all_put_back(at, name, lines)
            if not is_open:
                raise (*errors, error)[0] from None
            continue
        is_open, errors = await _all_put_back(at, name, lines, is_good=is_good)
        if not is_open:
            break
    if errors:
        raise errors[0]
    for note in await at.notes.of(name):
        await at.notes.drop(note)
    return result, tuple(dict.fromkeys(lines))


async def _all_put_back(
    at: Workshop, name: str, lines: list[str], *, is_good: bool = False
) -> tuple[bool, list[EngineError]]:
    """Make anew what a prune took; whether anything was, and the errors of what could not be."""
    done = [await put_back(at, note, is_good=is_good) for note in await at.notes.of(name)]
    for each in done:
        if each.errors:
            await at.notes.keep(each.note)
    lines += [line for each in done for line in each.lines]
    return any(each.is_changed for each in done), [error for each in done for error in each.errors]
