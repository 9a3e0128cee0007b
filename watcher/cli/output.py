"""What commands write: lines for people, values for scripts, and the exit code of a verdict."""

import json
import sys
from collections.abc import Collection

import click

from watcher.check.shown import Shown
from watcher.check.verdict import Status
from watcher.host.context import Context
from watcher.model.quoting import escaped

CODES = {Status.CURRENT: 0, Status.OUTDATED: 1, Status.HELD: 1, Status.UNKNOWN: 5}


def complain(line: str) -> None:
    """Write a line to standard error; what strangers wrote in it is escaped."""
    click.echo(escaped(line), err=True)


def complain_of_database(context: Context, told: Collection[str] = ()) -> None:
    """Say what of the database, which all engines share, could not be read or kept, but for what was told."""
    for line in context.memory.database.unsaid():
        if line not in told:
            complain(line)


def said(row: Shown) -> str:
    """One container for people, as a line."""
    return f"{row.called}: {row.verdict}{see(row)}"


def see(row: Shown) -> str:
    """Where people read what is new, as the last clause of a line; empty where nobody says."""
    return f"; see {row.releases.link}" if row.releases.link else ""


def as_text(value: object) -> str:
    """A value as JSON, laid out where a person reads it."""
    return json.dumps(value, indent=2 if sys.stdout.isatty() else None)
