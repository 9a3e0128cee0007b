"""Keeps messages from being repeated: the same words about the same thing are told once, then counted."""

from collections.abc import Collection


class Repeats:
    """The words that were said last about each thing, and how often."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, int]] = {}

    def is_news(self, about: str, words: str) -> bool:
        """Whether the words differ from the last that were said about a thing; they are noted."""
        last, count = self._said.get(about, ("", 0))
        self._said[about] = (words, count + 1 if last == words else 1)
        return last != words

    def over(self, about: str) -> int:
        """Forget the words about a thing; how often they were said."""
        return self._said.pop(about, ("", 0))[1]

    def keep(self, abouts: Collection[str]) -> None:
        """Forget the words about all other things."""
        self._said = {about: said for about, said in self._said.items() if about in abouts}
