"""Keeps messages from being repeated: the same words about a thing are told once; failures are counted."""

from collections.abc import Collection


class Repeats:
    """The words that were said last about each thing, and how many failures were told until then."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, int]] = {}

    def is_news(self, about: str, words: str, *, failed: bool = True) -> bool:
        """Whether the words differ from the last that were said about a thing; they are noted.

        Args:
            about: The thing.
            words: What is said of it.
            failed: Whether they tell of a try that failed, and not of a reason to wait.
        """
        last, failures = self._said.get(about, ("", 0))
        self._said[about] = (words, failures + failed)
        return last != words

    def is_told(self, about: str) -> bool:
        """Whether anything was said about a thing that is not over."""
        return about in self._said

    def over(self, about: str) -> int:
        """Forget the words about a thing; how many failures were told."""
        return self._said.pop(about, ("", 0))[1]

    def keep(self, abouts: Collection[str]) -> None:
        """Forget the words about all other things."""
        self._said = {about: said for about, said in self._said.items() if about in abouts}
