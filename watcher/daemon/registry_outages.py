"""Which registries are down, and for whom: said once for each registry, not once for each of its tags."""

from collections.abc import Hashable


class Down:
    """The registries that left questions without an answer, and for which tags."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._failures: dict[str, dict[Hashable, int]] = {}

    def is_news(self, registry: str, tag: Hashable, trouble: str) -> bool:
        """Note a failure; whether the registry had none of this kind before."""
        failures = self._failures.setdefault(registry, {})
        failures[tag] = failures.get(tag, 0) + 1
        last, self._said[registry] = self._said.get(registry), trouble
        return last != trouble

    def is_down(self, registry: str) -> bool:
        """Whether questions about tags of a registry are without an answer."""
        return registry in self._failures

    def over(self, registry: str, tag: Hashable) -> int:
        """Note that a tag had its answer, or is not asked for any more.

        Returns:
            How often it had none, where it was the last one of its registry; else 0.
        """
        failures = self._failures.get(registry, {})
        count = failures.pop(tag, 0)
        if failures:
            return 0
        self._failures.pop(registry, None)
        self._said.pop(registry, None)
        return count
