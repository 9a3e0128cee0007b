"""The commands that only look: what each prints; every function gives what `session.run` takes.

Nothing that updates is imported here, nor what asks registries where none is to be asked: most of the time
that such a command takes is that of imports.
"""

import shutil
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import click

from watcher.check import checks, eligibility, status
from watcher.check.checks import Judge
from watcher.check.records import record
from watcher.check.status import Answer, Shown, check_all
from watcher.cli.output import CODES, as_text, complain, said, see
from watcher.cli.session import Command
from watcher.cli.table import table
from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.model.quoting import escaped


def choose() -> Command:
    """List the running containers, as the exercise does."""

    async def command(context: Context) -> int:
        names = await checks.running_names(context)
        click.echo("\n".join(["Choose a container to analyze:", *names]))
        return 0

    return command


def tell(name: str, *, pull: bool) -> Command:
    """Judge a container, as the exercise does: the answer is the exit code."""

    async def command(context: Context) -> int:
        async with _pulls_shown(context, pull=pull):
            found = await checks.identify(context, name, _pulling() if pull else checks.assess)
        complain(said(status.shown(context, found)))
        return CODES[found.verdict.status]

    return command


def _pulling() -> Judge:
    """Judge by identity alone, after a pull."""
    from watcher.check import freshness

    return freshness.pulled


@asynccontextmanager
async def _pulls_shown(context: Context, *, pull: bool) -> AsyncIterator[None]:
    """Show the pulls that are made within it, where any are."""
    if not pull:
        yield
        return
    from watcher.cli.progress import shown

    async with shown(context.events, sys.stderr):
        yield


def check(names: Iterable[str], *, every: bool, pull: bool, remote: bool, as_json: bool) -> Command:
    """`watcher check`: of one container an object as JSON, else a list."""
    names = [*names]
    judge = _judge(pull=pull, remote=remote)

    async def command(context: Context) -> int:
        async with _pulls_shown(context, pull=pull):
            answers = await (check_all(context, judge) if every else status.check(context, names, judge))
        if len(names) == 1 and isinstance(answers[0][1], WatcherError):
            raise answers[0][1]
        codes = [_told(answer, as_json=as_json) for _, answer in answers]
        if as_json:
            records = [_answer(name, answer) for name, answer in answers]
            click.echo(as_text(records[0] if len(names) == 1 else records))
        return max(codes, default=0)

    return command


def _judge(*, pull: bool, remote: bool) -> Judge:
    if not (pull or remote):
        return checks.judged
    from watcher.check import freshness

    return freshness.remotely if remote else freshness.after_pull()


def _told(answer: Answer, *, as_json: bool) -> int:
    """Say what is to be said of one container; the exit code for that."""
    if isinstance(answer, WatcherError):
        complain(str(answer))
        return answer.exit_code
    if not as_json:
        click.echo(escaped(said(answer)))
    for line in answer.remarks:
        complain(f"{answer.name}: {line}")
    return CODES[answer.verdict.status]


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    return {"name": name} | answer.record if isinstance(answer, WatcherError) else record(answer)


def show(*, every: bool, no_trunc: bool, as_json: bool) -> Command:
    """`watcher list`; on a terminal as wide as that, where all is not asked for."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() and not no_trunc else None

    async def command(context: Context) -> int:
        rows = await status.listed(context, every=every)
        for line in await checks.doubts(context):
            complain(line)
        click.echo(as_text([record(row) for row in rows]) if as_json else table(_cells(rows), width))
        return 0

    return command


def _cells(rows: list[Shown]) -> list[list[str]]:
    cells = [(row.name, row.image, row.state, row.mode, _verdict(row)) for row in rows]
    return [[*map(escaped, row)] for row in cells]


def _verdict(row: Shown) -> str:
    """The verdict, what its update waits for first, and where to read what is new."""
    return "; ".join(filter(None, [str(row.verdict), eligibility.words(row.waits, time.time())])) + see(row)
