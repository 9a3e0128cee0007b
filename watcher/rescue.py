"""What an update under way notes of its containers, and makes anew where a prune comes in between."""

from collections.abc import Sequence

from watcher.anew import Workshop, noted, put_back
from watcher.notes import Note
from watcher.part import Part


class Rescue:
    """Of one update.

    Attributes:
        lines: What happened, for people.
    """

    def __init__(self, at: Workshop, parts: Sequence[Part]) -> None:
        self.lines: list[str] = []
        self._at = at
        self._parts = {part.name: part for part in parts}
        self._note: Note | None = None

    async def note(self) -> None:
        """Note, once all successors are created and before the first stop, what makes all anew."""
        if self._note is None:
            name = next(iter(self._parts))
            olds = [part.inspected for part in self._parts.values()]
            parts = [await part.noted() for part in self._parts.values()]
            self._note = await noted(self._at.engine, name, parts, olds)
            await self._at.notes.keep(self._note)

    async def put_back(self) -> bool:
        """Make anew what went, so that it can be brought back; whether there was something."""
        if self._note is None:
            return False
        done = await put_back(self._at, self._note)
        self._note = done.note
        self.lines += done.lines
        for each in done.note.parts:
            if each.again:
                self._parts[each.marker.name].made_anew(each.again)
        return done.is_changed

    async def over(self) -> None:
        """Forget what was noted: all is at its end."""
        if self._note is not None:
            await self._at.notes.drop(self._note)
