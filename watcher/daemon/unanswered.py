"""The questions about tags that have no answer: each reason is told once, and when it is over."""

from collections.abc import Callable

from watcher.daemon.registry_outages import Down
from watcher.model.errors import RegistryError, Resting, WatcherError
from watcher.model.events import Event
from watcher.model.reference import Tag
from watcher.model.registry_events import RegistryAnswered, TagGivenUp, TagNotPulled, TagPulledAgain
from watcher.registry.rate_limit import concerns_all
from watcher.update.repeats import Repeats


class Unanswered:
    """Tells of the tags that have no answer: of a registry once where all of it is down, else of each tag.

    Args:
        publish: Told it.
        tags_of: Counts the followed tags of a registry.
    """

    def __init__(self, publish: Callable[[Event], None], tags_of: Callable[[str], int]) -> None:
        self._publish = publish
        self._tags_of = tags_of
        self._repeats = Repeats()
        self._down = Down()

    def failed(self, tag: Tag, error: WatcherError, again_in_s: float) -> None:
        """Note a failure; an error that only says that its registry is left alone for a while is none."""
        if isinstance(error, Resting):
            return
        domain, name = tag.ref.domain, tag.ref.familiar
        trouble = error.trouble if isinstance(error, RegistryError) else ""
        if isinstance(error, RegistryError) and concerns_all(error):
            if self._down.is_news(domain, tag, trouble):
                tags = self._tags_of(domain)
                self._publish(TagNotPulled(name, str(error), round(again_in_s, 1), domain, tags, trouble))
            return
        if trouble and self._down.over(domain, tag):  # it refuses this name, and so it is there again
            self._publish(RegistryAnswered(domain))
        if self._repeats.is_news(str(tag), str(error)):
            self._publish(TagNotPulled(name, str(error), round(again_in_s, 1), trouble=trouble))

    def answered(self, tag: Tag) -> None:
        """Note that a tag had its answer."""
        domain = tag.ref.domain
        if failures := self._repeats.over(str(tag)) + self._down.over(domain, tag):
            is_all = not self._down.is_down(domain)
            self._publish(TagPulledAgain(tag.ref.familiar, domain, failures, is_all=is_all))

    def given_up(self, tag: Tag, why: str, *, was_asking: bool = False) -> None:
        """Note that a tag is not asked for any more, which is told where it was just being asked for, too."""
        domain = tag.ref.domain
        failures, of_all = self._repeats.over(str(tag)), self._down.over(domain, tag)
        if was_asking or failures or of_all:
            self._publish(TagGivenUp(tag.ref.familiar, why, domain if of_all else ""))
