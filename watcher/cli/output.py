"""What commands write: lines for people, objects for scripts, and the exit code of a verdict."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from watcher.check.eligibility import Wait
from watcher.check.status import Shown
from watcher.check.verdict import Status
from watcher.model.kept import Kept
from watcher.model.quoting import escaped

CODES = {Status.CURRENT: 0, Status.OUTDATED: 1, Status.HELD: 1, Status.UNKNOWN: 5}


def complain(line: str) -> None:
    """Write a line to standard error; what strangers wrote in it is escaped."""
    click.echo(escaped(line), err=True)


def record(row: Shown) -> dict[str, Any]:
    """One container as JSON; the first keys of the same in every command."""
    verdict, releases = row.verdict, row.releases
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
        "until": _moment(verdict.until),
        "engine": row.engine,
        "version": {
            "running": releases.running.version or None,
            "target": releases.target.version or None,
        },
        "link": releases.link or None,
        "waits": [_wait(each) for each in row.waits],
        "kept": [_kept(*each) for each in row.kept],
        "stage": row.stage or None,
    }


def _wait(wait: Wait) -> dict[str, Any]:
    return {"for": wait.cause.value, "until": _moment(wait.until), "why": wait.why}


def _kept(kept: Kept, until: float) -> dict[str, Any]:
    moments = {"since": _moment(kept.since), "until": _moment(until)}
    return {"image": kept.image, "version": kept.version or None} | moments


def _moment(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None


def said(row: Shown) -> str:
    """One container for people, as a line."""
    return f"{row.name}: {row.verdict}{see(row)}"


def see(row: Shown) -> str:
    """Where people read what is new, as the last clause of a line; empty where nobody says."""
    return f"; see {row.releases.link}" if row.releases.link else ""


def as_text(value: object) -> str:
    """A value as JSON, laid out where a person reads it."""
    return json.dumps(value, indent=2 if sys.stdout.isatty() else None)
