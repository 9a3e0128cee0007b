"""What registries' webhooks told: which tags were pushed, and which updates come of that."""

from collections.abc import Awaitable, Callable, Collection

from watcher.model.json_object import Json
from watcher.model.reference import Choose, Tag


class Pushes:
    """The pushed tags until they were asked for, and the containers concerned until they are updated."""

    def __init__(self) -> None:
        self._tags = set[Tag]()
        self._names = set[str]()

    def told(self, choose: Choose, followed: Collection[Tag], ask: Callable[[Tag], None]) -> list[str]:
        """Have those of the followed tags asked for that a webhook tells of; what people call them."""
        refs = choose({tag.ref for tag in followed})
        for tag in [tag for tag in followed if tag.ref in refs]:
            self._tags.add(tag)
            ask(tag)
        return sorted(ref.familiar for ref in refs)

    async def asked(
        self,
        tag: Tag,
        names: Collection[str],
        ask: Callable[[Tag], Awaitable[int]],
        meaning: Callable[[Tag], Awaitable[Json | None]],
    ) -> int:
        """Ask for a tag; where a webhook told of it and it means another image then, the webhook is why.

        Args:
            tag: The tag.
            names: The names of the containers that follow it.
            ask: Asks for it.
            meaning: What the tag means in the engine.
        """
        if tag not in self._tags:
            return await ask(tag)
        self._tags.discard(tag)
        before = await meaning(tag)
        self._names.update(names)
        code = await ask(tag)
        if await meaning(tag) == before:
            self._names.difference_update(names)
        return code

    def is_why(self, name: str) -> bool:
        """Whether a container's update comes of a webhook."""
        return name in self._names

    def over(self, name: str) -> None:
        """Note that a container's update has ended."""
        self._names.discard(name)


class PushedServices:
    """The services whose tags were pushed, each with the digest that was known then, until it is updated."""

    def __init__(self) -> None:
        self._known = dict[str, str]()

    def told(self, name: str, digest: str) -> None:
        """Note that the tag of a service was pushed; `digest` is what it was known to mean."""
        self._known.setdefault(name, digest)

    def judged(self, name: str, digest: str) -> None:
        """Take what a service's tag means; where it means the same as before, nothing comes of the push."""
        if self._known.get(name) == digest:
            del self._known[name]

    def is_why(self, name: str) -> bool:
        """Whether a service's update comes of a webhook."""
        return name in self._known

    def over(self, name: str) -> None:
        """Note that a service's update has ended, or that there is none."""
        self._known.pop(name, None)
