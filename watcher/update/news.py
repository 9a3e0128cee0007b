"""What was told last of a thing: the same words about it are told once, and then counted."""

from collections.abc import Collection


class Repeats:
    """Tells what is news: the same words about the same thing are said once, then counted."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, int]] = {}

    def is_news(self, about: str, words: str) -> bool:
        """Whether these words were not the last that were said about it."""
        last, count = self._said.get(about, ("", 0))
        self._said[about] = (words, count + 1 if last == words else 1)
        return last != words

    def over(self, about: str) -> int:
        """Forget what was said about something; how often it was."""
        return self._said.pop(about, ("", 0))[1]

    def keep(self, abouts: Collection[str]) -> None:
        """Forget what was said about anything else."""
        self._said = {about: said for about, said in self._said.items() if about in abouts}
