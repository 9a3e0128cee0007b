"""The words of a message: a title, plain text and Markdown, all of the same news. Pure: no I/O.

Whatever stands in the news was written by strangers: it is escaped, and means nothing in Markdown.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from attrs import asdict

from watcher.model.json_object import Json
from watcher.model.names import short
from watcher.model.quoting import escaped
from watcher.model.values import frozen
from watcher.notifications.news import (
    ATTENTION,
    AVAILABLE,
    FAILED,
    HELD,
    KINDS,
    RECOVERED,
    UNKNOWN,
    UPDATED,
    News,
)

LONGEST = 1900  # characters of a text; Discord takes 2000, most others more
_LONGEST_WHY = {ATTENTION: 1200}  # with the command that helps
_LONGEST_OTHER_WHY = 400
_LONGEST_NAME = 120
_MARKUP = re.compile(r"([\\`*_\[\]<>|~])")  # what only means something where a line begins is harmless here
_LINK = re.compile(r"https?://[^\s\"'<>()\[\]`\\]+")

_COUNTED = {
    ATTENTION: "{} wants a person",
    FAILED: "{} failed",
    UNKNOWN: "{} unknown",
    HELD: "{} held",
    AVAILABLE: "{} available",
    UPDATED: "{} updated",
    RECOVERED: "{} recovered",
}
_SAID = {
    ATTENTION: "wants a person",
    FAILED: "update failed",
    UNKNOWN: "unknown whether there is an update",
    HELD: "update held",
    AVAILABLE: "update available",
    UPDATED: "updated",
    RECOVERED: "all is well again",
}


@frozen
class Message:
    """What is sent.

    Attributes:
        title: The counts, and of which host.
        text: A line for each container.
        markdown: The same.
        host: Where it happened.
        events: The same for programs, all of them.
    """

    title: str
    text: str
    markdown: str
    host: str
    events: tuple[Json, ...] = ()

    @property
    def posted(self) -> Json:
        """What is posted as our JSON."""
        return {name: value for name, value in asdict(self).items() if name != "markdown"}


def compose(host: str, news: Iterable[News]) -> Message:
    """Write a message."""
    ordered = sorted(news, key=lambda each: (KINDS.index(each.kind), each.container))
    return Message(
        title=f"ctr-updater: {_counts(ordered)} on {escaped(host)}",
        text=_fitted([_line(each, _plain, _plain_link) for each in ordered]),
        markdown=_fitted([f"- {_line(each, _marked, _marked_link)}" for each in ordered]),
        host=host,
        events=tuple(each.record for each in ordered),
    )


def trial(host: str) -> Message:
    """The message of `watcher notify --test`."""
    line = "This is a test: messages of ctr-updater arrive here."
    return Message(f"ctr-updater: test message from {escaped(host)}", line, line, host)


def _counts(news: Iterable[News]) -> str:
    return ", ".join(
        _COUNTED[kind].format(count) for kind, count in Counter(each.kind for each in news).items()
    )


def _line(news: News, shown: Callable[[str], str], link: Callable[[str], str]) -> str:
    """One container: what became of it, from which image to which, how long it was down, why, the link."""
    name = shown(f"{news.prefix}{_cut(news.container, _LONGEST_NAME)}")
    image = shown(_cut(news.image, _LONGEST_NAME)) if news.image != news.container else ""
    parts = [" ".join(filter(None, [_SAID[news.kind], image, _way(news, shown)]))]
    if news.down_s is not None:
        parts.append(f"down {_seconds(news.down_s)}")
    line = f"{name}: {', '.join(parts)}"
    if why := _without_name(news):
        line += f": {shown(_cut(why, _LONGEST_WHY.get(news.kind, _LONGEST_OTHER_WHY)))}"
    if news.kind == FAILED and news.old:
        line += f" (runs {shown(_called(news)[0])} again)"
    return f"{line} {link(news.link)}" if _LINK.fullmatch(news.link) else line


def _without_name(news: News) -> str:
    """The reason; that it is this container which could not be updated has been said."""
    return news.why.removeprefix(f"{news.container} could not be updated: ").removeprefix(
        f"{news.container}: "
    )


def _way(news: News, shown: Callable[[str], str]) -> str:
    """From which image to which, or the only image where there is one."""
    old, new = _called(news)
    return f"{shown(old)} → {shown(new)}" if old and new and old != new else shown(old or new)


def _called(news: News) -> tuple[str, str]:
    """What the two images are called: by their versions where these are known and tell them apart."""
    old, new = _image(news.old), _image(news.new)
    if old != new or news.old.get("id") == news.new.get("id"):
        return old, new
    return short(news.old.get("id", "")), short(news.new.get("id", ""))


def _image(image: Json) -> str:
    return _cut(str(image.get("version") or short(str(image.get("id") or ""))), _LONGEST_NAME)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"  # noqa: PLR2004 - two digits are enough


def _fitted(lines: Sequence[str]) -> str:
    """As many whole lines as may be, and how many more there are."""
    text = "\n".join(lines)
    kept = len(lines)
    while len(text) > LONGEST and kept:
        kept -= 1
        text = "\n".join([*lines[:kept], f"and {len(lines) - kept} more"])
    return text


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _plain(text: str) -> str:
    return escaped(text)


def _plain_link(link: str) -> str:
    return link


def _marked(text: str) -> str:
    """A text that means nothing in Markdown, and calls nobody: `@everyone` does, in chats."""
    return _MARKUP.sub(r"\\\1", escaped(text)).replace("@", "@\N{ZERO WIDTH SPACE}")


def _marked_link(link: str) -> str:
    return f"[release notes](<{link}>)"
