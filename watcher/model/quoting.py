r"""Makes fit to be shown what others wrote: images, containers, their labels and logs, registries, engines.

`escaped` is for whatever is shown, logged, kept or sent: nothing that a terminal obeys is left. `cut` is for
what strangers may have made as long as they like, `whole` for what may be no text at all. `Mask` is
for whatever a container said: the values of its environment are not repeated. All leave a text that they
were applied to before as it is. Pure: no I/O.
"""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

_HIDDEN = "***"
_TELLING = re.compile(
    r"pass|pwd|secret|token|key|cred|auth|private|dsn|cookie|session|salt|cert", re.IGNORECASE
)
_SHORT = 4
_HALVES = re.compile("[\ud800-\udfff]")
LONGEST_QUOTE = 200


def escaped(text: str) -> str:
    r"""A text in which each character that is not printable is written as Python writes it (`\x1b`).

    Such are control characters, characters that turn the direction of writing, line ends, and halves of
    pairs.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _written(each) for each in text)


def whole(text: str) -> str:
    r"""A text in which halves of pairs are U+FFFD: an undecodable byte of a command line, `\ud800` in JSON.

    No database and no encoding takes such halves.
    """
    return _HALVES.sub("\ufffd", text)


def cut(text: str, longest: int = LONGEST_QUOTE) -> str:
    """A text of so many characters at most; a longer text ends with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def is_telling(name: str) -> bool:
    """Whether a name, or what holds names, says that its value is a secret."""
    return _TELLING.search(name) is not None


class Mask:
    """Hides the values of a container's environment that are its own, or secret by their names.

    Args:
        env: The container's, as `NAME=value`.
        inherited: What its image brings, in the same form.
    """

    def __init__(self, env: Iterable[str], inherited: Iterable[str] = ()) -> None:
        hidden = set(_hidden(env, frozenset(inherited)))
        patterns = [_pattern(each) for each in sorted(hidden, key=len, reverse=True)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def __call__(self, text: str) -> str:
        """The text, with `***` where one of the values was."""
        return self._pattern.sub(_HIDDEN, text) if self._pattern else text


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _hidden(env: Iterable[str], inherited: frozenset[str]) -> Iterator[str]:
    for pair in env:
        name, _, value = pair.partition("=")
        is_secret = is_telling(name)
        if pair in inherited and not is_secret:
            continue
        yield from (form for form in _forms(value) if len(form) >= _SHORT or (is_secret and form))


def _forms(value: str) -> Iterator[str]:
    """A value in the forms in which a program may write it; a log has one of several lines line by line."""
    for part in {value, *map(str.strip, value.splitlines()), _password(value)}:
        yield from (part, quote(part, safe="", errors="replace"), json.dumps(part)[1:-1])


def _password(value: str) -> str:
    """The password that a URL holds, or nothing."""
    try:
        return urlsplit(value).password or ""
    except ValueError:
        return ""


def _pattern(value: str) -> str:
    """What is short is hidden only where it stands alone: `1` is in every other number."""
    return re.escape(value) if len(value) >= _SHORT else rf"(?<!\w){re.escape(value)}(?!\w)"
