"""The grammar of what is told and where a ping goes. Pure: no I/O."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from watcher.config.grammar import SomeOf

VARIABLE = "CTR_UPDATER_NOTIFY"
FILE_VARIABLE = f"{VARIABLE}_FILE"
NEWS = ("updated", "failed", "available", "held", "unknown", "recovered")
news = SomeOf(*NEWS)


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Whether addresses are given that messages may go to."""
    return any(environ.get(name, "").strip() for name in (VARIABLE, FILE_VARIABLE))


def web_address(text: str) -> str:
    """Read an address of the web.

    Raises:
        ValueError: It is none.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not text.isprintable() or " " in text:
        raise ValueError(text)
    parts.port  # noqa: B018 - ValueError where it is none
    return text
