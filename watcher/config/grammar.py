"""The grammar of single values: a reader takes a text, and refuses (ValueError) a wrong one. Pure."""

import re
from posixpath import normpath

from watcher.model.names import container_name

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_PATH = 4096  # of the kernel
_LONGEST_S = 100 * 365 * 86400.0  # beyond that it is a slip, and no date any more
_UNITS = (("d", 86400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0))
_GATE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}")
_PART = re.compile(r"([0-9]+)(ms|s|m|h|d)")


def duration(text: str) -> float:
    """Read `500ms`, `10s`, `1h30m`, `7d` or `0` into seconds.

    Raises:
        ValueError: It is none of those, or longer than a hundred years.
    """
    if text == "0":
        return 0.0
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > _LONGEST_S:
        raise ValueError(text)
    return seconds


def interval(text: str) -> float:
    """Read a duration of a second or more: less would hammer the registries.

    Raises:
        ValueError: It is none.
    """
    seconds = duration(text)
    if seconds < 1:
        raise ValueError(text)
    return seconds


def boolean(text: str) -> bool:
    """Read `true` or `false`.

    Raises:
        ValueError: It is neither.
    """
    return bool(("false", "true").index(text))


class OneOf:
    """A reader that takes just these words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, text: str) -> str:
        """Read one of them; ValueError for any other."""
        return self.words[self.words.index(text)]


class SomeOf:
    """A reader that takes some of these words, separated by commas."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, text: str) -> tuple[str, ...]:
        """Read them; ValueError where one is another."""
        found = tuple(part.strip() for part in text.split(","))
        if not {*found} <= {*self.words}:
            raise ValueError(text)
        return found


def whole_number(text: str) -> int:
    """Read a number of 1 or more.

    Raises:
        ValueError: It is none.
    """
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise ValueError(text)
    return int(text)


def count(text: str) -> int:
    """Read a number of 0 or more.

    Raises:
        ValueError: It is none.
    """
    return 0 if text == "0" else whole_number(text)


def absolute_path(text: str) -> str:
    """Read a path such as `/data/busy`, with nothing in it that leads back (`..`).

    Raises:
        ValueError: It is none.
    """
    if not text.startswith("/") or text.startswith("//") or normpath(text) != text or text == "/":
        raise ValueError(text)
    if not text.isprintable() or len(text) > _LONGEST_PATH:
        raise ValueError(text)
    return text


def container_names(text: str) -> tuple[str, ...]:
    """Read names of containers, separated by commas.

    Raises:
        ValueError: One of them is no name.
    """
    found = tuple(part.strip() for part in text.split(","))
    if not all(container_name(name) == name for name in found):
        raise ValueError(text)
    return found


def written(value: object) -> str:
    """A setting's value as a person would write it; empty where there is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    if not isinstance(value, float):
        return "" if value is None else str(value)
    unit, seconds = next(((unit, each) for unit, each in _UNITS if value and value % each == 0), ("", 1))
    return f"{value / seconds:.0f}{unit}"


def gate_name(text: str) -> str:
    """Read the name of a gate.

    Raises:
        ValueError: It is none.
    """
    if not _GATE.fullmatch(text):
        raise ValueError(text)
    return text
