"""One container: what is to be done about it now, the doing, and the line that says so."""

import asyncio
import time
from datetime import datetime

import structlog

from watcher import app, job
from watcher.assess import Assessment
from watcher.context import Context
from watcher.errors import (
    EngineError,
    EngineUnavailable,
    NoSuchContainer,
    NotFound,
    UpdateFailed,
    WatcherError,
)
from watcher.job import Done, Outcome, Request
from watcher.log import Repeats
from watcher.names import short
from watcher.settings import Policy, next_time
from watcher.verdict import Status, reference_of
from watcher.workqueue import WorkQueue

_log = structlog.get_logger()
_REQUEST = Request(cautious=True)


class Reconciler:
    """Brings one container at a time to the image of its tag; `concurrency` of them at once.

    Args:
        context: The engine and what is known.
        queue: Where what must be looked at again goes.
        concurrency: Updates under way at once.
    """

    def __init__(self, context: Context, queue: WorkQueue[str], concurrency: int) -> None:
        self._context = context
        self._queue = queue
        self._slots = asyncio.Semaphore(concurrency)
        self._repeats = Repeats()
        self._due: dict[str, datetime] = {}
        self._targets: dict[str, str] = {}

    async def reconcile(self, name: str) -> int:
        """Look at a container and do what is to be done; the exit code that says how that went."""
        try:
            code = await self._reconcile(name)
        except (NoSuchContainer, NotFound):
            self._queue.forget(name)
            return 0
        except WatcherError as error:
            return self._failed(name, error)
        self._queue.forget(name)
        return code

    async def settle(self, name: str) -> int:
        """Bring an update that was cut short to its end; the exit code that says how that went."""
        try:
            await job.settle_open(self._context, name)
        except WatcherError as error:
            return self._failed(name, error)
        return 0

    async def _reconcile(self, name: str) -> int:
        container = await self._context.engine.container(name)
        policy = self._context.defaults.with_labels(container["Config"]["Labels"])
        if not policy.enable:
            return 0
        found = await app.outlook(self._context, container, policy)
        if found.verdict.status is not Status.OUTDATED:
            return self._told(found)
        if policy.mode == "notify":
            self._say(name, "update available", found)
            return 0
        if not self._is_due(name, policy, found):
            return 0
        self._targets[name] = found.verdict.target
        async with self._slots:
            began = time.monotonic()
            outcome = await job.update(self._context, name, _REQUEST)
        self._updated(outcome, time.monotonic() - began)
        return 0

    def _is_due(self, name: str, policy: Policy, found: Assessment) -> bool:
        """Whether a container's schedule lets its update begin now; else it is looked at when it does."""
        if not policy.schedule:
            return True
        now = datetime.now().astimezone()
        due = self._due.setdefault(name, next_time(policy.schedule, now))
        if now >= due:
            del self._due[name]
            return True
        self._say(name, "update waits for its schedule", found, due=due.isoformat(timespec="seconds"))
        self._queue.add_later(name, (due - now).total_seconds())
        return False

    def _told(self, found: Assessment) -> int:
        """Say once what keeps a container from being updated; what is up to date is not worth a line."""
        self._due.pop(found.name, None)
        if found.verdict.status is Status.CURRENT:
            self._repeats.over(found.name)
            return 0
        if found.verdict.until:
            self._queue.add_later(found.name, found.verdict.until - time.time())
        self._say(found.name, f"container {found.verdict.status.value}", found)
        return 5 if found.verdict.status is Status.UNKNOWN else 0

    def _updated(self, outcome: Outcome, took: float) -> None:
        found = outcome.assessment
        if outcome.done is not Done.UPDATED:
            return
        failures = self._repeats.over(found.name)
        stages = {f"{stage}_s": round(seconds, 3) for stage, seconds in outcome.took.items()}
        _log.info("container updated", **_about(found), took_s=round(took, 3), failures=failures, **stages)
        for line in outcome.warnings:
            _log.warning("container updated with a doubt", container=found.name, doubt=line)

    def _failed(self, name: str, error: WatcherError) -> int:
        """Say once what went wrong, and try again what may go right another time."""
        failure = self._context.memory.failure(name)
        lasting = not isinstance(error, EngineError | UpdateFailed) or (
            failure is not None and failure.image == self._targets.get(name)
        )
        wait = None if lasting else round(self._queue.retry(name), 1)
        if self._repeats.is_news(name, str(error)) and not isinstance(error, EngineUnavailable):
            level = _log.error if isinstance(error, UpdateFailed | EngineError) else _log.warning
            level("container not updated", container=name, why=str(error), again_in_s=wait)
        return error.exit_code

    def _say(self, name: str, event: str, found: Assessment, **more: str) -> None:
        if self._repeats.is_news(name, f"{event}: {found.verdict}{found.verdict.target}"):
            _log.info(event, **_about(found), why=found.verdict.reason, **more)


def _about(found: Assessment) -> dict[str, str]:
    verdict = found.verdict
    digests = (found.image or {}).get("RepoDigests") or [""]
    return {
        "container": found.name,
        "image": reference_of(found.container),
        "old": short(verdict.running),
        "new": short(verdict.target),
        "digest": digests[0].rpartition("@")[2],
    }
