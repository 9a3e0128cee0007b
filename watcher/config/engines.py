"""The grammar of `--engines`: which engines one process looks after, and what people call them. Pure."""

import re

from watcher.model.chosen_engine import ChosenEngine

SOLE = "local"  # what an engine is called that is the only one, and given no name

_TAKEN = frozenset({"service"})  # `service/NAME` is a Swarm service
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def engines(text: str) -> tuple[ChosenEngine, ...]:
    """Read `NAME=ADDRESS` and names of contexts, separated by commas.

    Raises:
        ValueError: One of them is neither, or two have the same name.
    """
    found = tuple(_engine(part.strip()) for part in text.split(","))
    if len({each.name for each in found}) < len(found):
        raise ValueError(text)
    return found


def _engine(text: str) -> ChosenEngine:
    name, equals, address = (part.strip() for part in text.partition("="))
    if not _NAME.fullmatch(name) or name in _TAKEN or not _is_address(equals, address):
        raise ValueError(text)
    return ChosenEngine(name, address)


def _is_address(equals: str, address: str) -> bool:
    """Whether what follows the sign is an address; without the sign nothing does."""
    return bool(equals) == ("://" in address) and address.isprintable()
