"""How the daemon logs: for eyes on a terminal, one JSON object a line elsewhere; always to standard error.

Event names are constant, what varies stands in keys: `container`, `old`, `new` (short ids), `took_s`.
Values of environment variables and credentials are never among them.
What strangers wrote is escaped on a console; JSON escapes it by itself.
"""

import logging
import sys
from typing import Any

import structlog

from watcher.config.terminal import colours
from watcher.model.quoting import escaped


def configure(level: str, style: str) -> None:
    """Set structlog up.

    Args:
        level: One of `settings.LEVELS`.
        style: One of `settings.FORMATS`; `auto` is `console` on a terminal and `json` elsewhere.
    """
    for_eyes = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderers: list[Any] = [structlog.processors.JSONRenderer()]
    if for_eyes:
        renderers = [_escape, structlog.dev.ConsoleRenderer(colors=colours(sys.stderr))]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def _escape(_: object, __: str, line: Any) -> Any:
    """Escape each text but our own traceback, which has line ends; a list is shown escaped anyway."""
    return {
        key: escaped(value) if isinstance(value, str) and key != "exception" else value
        for key, value in line.items()
    }
