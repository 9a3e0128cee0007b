"""What commands write: lines for people, objects for scripts, and the exit code of a verdict."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from watcher.check.status import Shown
from watcher.check.verdict import Status
from watcher.model.quoting import escaped

CODES = {Status.CURRENT: 0, Status.OUTDATED: 1, Status.HELD: 1, Status.UNKNOWN: 5}


def complain(line: str) -> None:
    """Write a line to standard error; what strangers wrote in it is escaped."""
    click.echo(escaped(line), err=True)


def record(row: Shown) -> dict[str, Any]:
    """One container as JSON; the first keys of the same in every command."""
    verdict = row.verdict
    return {
        "name": row.name,
        "id": row.cid,
        "image": row.image,
        "state": row.state,
        "mode": row.mode,
        "verdict": verdict.status.value,
        "reason": verdict.reason,
        "running": verdict.running,
        "target": verdict.target or None,
        "until": datetime.fromtimestamp(verdict.until, UTC).isoformat() if verdict.until else None,
    }


def as_text(value: object) -> str:
    """A value as JSON, laid out where a person reads it."""
    return json.dumps(value, indent=2 if sys.stdout.isatty() else None)
