"""What each command prints; every function gives the command that `session.run` takes."""

import contextlib
import json
import math
import shutil
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import click

from watcher import app, by_hand, log, outlet, shown
from watcher.by_hand import Result
from watcher.context import Context
from watcher.daemon import Daemon
from watcher.errors import EngineUnavailable, WatcherError
from watcher.health import Pulse
from watcher.job import Done, Outcome, Request
from watcher.progress import PullProgress, Reporter, Waiting
from watcher.quoting import escaped
from watcher.session import Command
from watcher.settings import DaemonSettings, state_folder
from watcher.shown import Answer, Judge, Shown, after_pull, check_all, remotely
from watcher.table import table
from watcher.takeover import Waits
from watcher.verdict import Status
from watcher.watch import FULL_LOOK_S

_CODES = {Status.CURRENT: 0, Status.OUTDATED: 1, Status.HELD: 1, Status.UNKNOWN: 5}
_ALLOWANCE_S = 3 * FULL_LOOK_S


def complain(line: str) -> None:
    """Write a line to standard error; what strangers wrote in it is escaped."""
    click.echo(escaped(line), err=True)


def exercise(name: str | None, *, pull: bool, autoupdate: bool) -> Command:
    """`ctr-updater`."""
    if name is None:
        return _choose()
    return _autoupdate(name, pull=pull) if autoupdate else _tell(name, pull=pull)


def _choose() -> Command:
    """List the running containers, as the exercise does."""

    async def command(context: Context) -> int:
        names = await app.running_names(context)
        click.echo("\n".join(["Choose a container to analyze:", *names]))
        return 0

    return command


def _tell(name: str, *, pull: bool) -> Command:
    """Judge a container, as the exercise does: the answer is the exit code."""

    async def command(context: Context) -> int:
        found = await app.identify(context, name, report=_reported() if pull else None)
        complain(f"{found.name}: {found.verdict}")
        return _CODES[found.verdict.status]

    return command


def _autoupdate(name: str, *, pull: bool) -> Command:
    """Update a container where there is an update, as the exercise does."""

    async def command(context: Context) -> int:
        waiting = Waiting(sys.stderr)
        request = Request(_reported() if pull else None, tell=waiting, waits=_waits(waiting))
        async with waiting, contextlib.aclosing(by_hand.update(context, [name], request)) as results:
            async for _, result in results:
                waiting.clear()
                if isinstance(result, WatcherError):
                    raise result
                if isinstance(result, Outcome):
                    complain(_line(result))
                    _warn(result, context)
        return 0

    return command


def check(names: Iterable[str], *, every: bool, pull: bool, remote: bool, as_json: bool) -> Command:
    """`watcher check`: of one container an object as JSON, else a list."""
    names = [*names]
    judge: Judge = app.judged
    if pull or remote:
        judge = remotely if remote else after_pull(_reported())

    async def command(context: Context) -> int:
        answers = await (check_all(context, judge) if every else shown.check(context, names, judge))
        if len(names) == 1 and isinstance(answers[0][1], WatcherError):
            raise answers[0][1]
        codes = [_told(answer, as_json=as_json) for _, answer in answers]
        if as_json:
            records = [_answer(name, answer) for name, answer in answers]
            click.echo(_json(records[0] if len(names) == 1 else records))
        return max(codes, default=0)

    return command


def _told(answer: Answer, *, as_json: bool) -> int:
    """Say what is to be said of one container; the exit code for that."""
    if isinstance(answer, WatcherError):
        complain(str(answer))
        return answer.exit_code
    if not as_json:
        click.echo(escaped(f"{answer.name}: {answer.verdict}"))
    for line in answer.remarks:
        complain(f"{answer.name}: {line}")
    return _CODES[answer.verdict.status]


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    return {"name": name} | answer.record if isinstance(answer, WatcherError) else _record(answer)


def update(names: Iterable[str], *, no_pull: bool, dry_run: bool, again: bool, as_json: bool) -> Command:
    """`watcher update`: one container after another, in their order.

    One that fails keeps those from it that depend on it, and no others.
    """
    names, waiting = [*names], Waiting(sys.stderr)
    report = None if no_pull else _reported()
    request = Request(report, dry_run=dry_run, again=again, tell=waiting, waits=_waits(waiting))

    async def command(context: Context) -> int:
        codes, records = [0], []
        async with waiting, contextlib.aclosing(by_hand.update(context, names, request)) as results:
            async for name, result in results:
                waiting.clear()
                if isinstance(result, EngineUnavailable) and len(names) == 1:
                    raise result
                codes.append(_said(result, context, as_json=as_json))
                records.append(await _result(context, name, result) if as_json else {})
        if as_json:
            click.echo(_json(records))
        return max(codes)

    return command


def _said(result: Result, context: Context, *, as_json: bool) -> int:
    """Say what became of one container; the exit code for that."""
    if isinstance(result, Outcome):
        if not as_json:
            click.echo("\n".join(map(escaped, _line(result).split("\n"))))
        _warn(result, context)
        return 0
    complain(str(result))
    return result.exit_code if isinstance(result, WatcherError) else 0


async def _result(context: Context, name: str, result: Result) -> dict[str, Any]:
    if isinstance(result, Outcome):
        planned = result.steps.record if result.steps else {}
        return _record(await _afterwards(context, result)) | {"done": result.done.value} | planned
    if isinstance(result, WatcherError):
        return {"name": name, "done": "failed"} | result.record
    return {"name": name, "done": "held back", "reason": result}


async def _afterwards(context: Context, outcome: Outcome) -> Shown:
    """What there is of a container once its update has ended; what cannot be read any more is unknown."""
    found = outcome.assessment
    if outcome.done is not Done.UPDATED:
        return shown.shown(context, found)
    try:
        ((_, answer),) = await shown.check(context, [found.name], app.judged)
    except EngineUnavailable as error:
        answer = error
    return answer if isinstance(answer, Shown) else shown.unknown(found.name, answer)


def _waits(waiting: Waiting) -> Waits:
    """Say on standard error that another updater is waited for."""

    def said(name: str, seconds: float) -> None:
        waiting.clear()
        complain(
            f"{name}: another updater is at work on it, or was cut short: it is waited for, "
            f"and taken over after {math.ceil(seconds)} s without a sign of life"
        )

    return said


def _reported() -> Reporter:
    """Report pulls on standard error."""
    return lambda what: PullProgress(what, sys.stderr)


def show(*, every: bool, no_trunc: bool, as_json: bool) -> Command:
    """`watcher list`; on a terminal as wide as that, where all is not asked for."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not no_trunc else None

    async def command(context: Context) -> int:
        rows = await shown.listed(context, every=every)
        for line in await app.doubts(context):
            complain(line)
        click.echo(_json([_record(row) for row in rows]) if as_json else table(_cells(rows), width))
        return 0

    return command


def _line(outcome: Outcome) -> str:
    if outcome.done is Done.PLANNED:
        return outcome.plan
    if outcome.done is Done.UPDATED:
        return f"{outcome.assessment.name}: updated: {outcome.assessment.verdict.reason}"
    return f"{outcome.assessment.name}: {outcome.assessment.verdict}"


def _warn(outcome: Outcome, context: Context) -> None:
    for line in outcome.warnings:
        complain(f"{outcome.assessment.name}: {line}")
    if trouble := context.memory.said_once():
        complain(f"nothing can be remembered ({trouble}): an image that failed would be tried again")


def _record(row: Shown) -> dict[str, Any]:
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


def _json(value: object) -> str:
    return json.dumps(value, indent=2 if sys.stdout.isatty() else None)


def _cells(rows: list[Shown]) -> list[list[str]]:
    cells = [(row.name, row.image, row.state, row.mode, str(row.verdict)) for row in rows]
    return [[*map(escaped, row)] for row in cells]


def daemon(*, once: bool) -> Command:
    """`watcher run`."""
    settings = DaemonSettings.of_environment()
    outlet.install(beside=True)
    log.configure(settings.log_level, settings.log_format)

    async def command(context: Context) -> int:
        work = Daemon(context, settings, Pulse(state_folder(), _ALLOWANCE_S))
        return await (work.once() if once else work.run())

    return command
