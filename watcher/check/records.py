"""One container as JSON, the same in every command and in the API."""

from datetime import UTC, datetime
from typing import Any

from watcher.check import checks, status
from watcher.check.eligibility import Wait
from watcher.check.shown import Shown
from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.model.kept import Kept
from watcher.model.names import SERVICE_PREFIX


async def one(context: Context, name: str) -> dict[str, Any]:
    """One container as JSON, as it is now.

    Raises:
        WatcherError: There is no such container, or it cannot be judged.
    """
    ((_, answer),) = await status.check(context, [name], checks.judged)
    if isinstance(answer, WatcherError):
        raise answer
    return record(answer)


def record(row: Shown) -> dict[str, Any]:
    """One container as JSON; the first keys of the same in every command."""
    verdict, releases = row.verdict, row.releases
    return {
        "name": row.name.removeprefix(SERVICE_PREFIX) if row.kind == "service" else row.name,
        "id": row.cid,
        "image": row.image,
        "state": row.state,
        "mode": row.mode,
        "verdict": verdict.status.value,
        "reason": verdict.reason,
        "running": verdict.running or None,
        "target": verdict.target or None,
        "until": moment(verdict.until),
        "engine": row.engine,
        "kind": row.kind,
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
    return {"for": wait.cause.value, "until": moment(wait.until), "why": wait.why}


def _kept(kept: Kept, until: float) -> dict[str, Any]:
    moments = {"since": moment(kept.since), "until": moment(until)}
    return {"image": kept.image, "version": kept.version or None} | moments


def moment(seconds: float) -> str | None:
    """A moment in ISO 8601, of seconds since the epoch; None of 0."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
