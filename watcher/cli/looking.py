"""The commands that only look: what each prints; every function gives what `session.run` takes.

Nothing that updates is imported here, nor what asks registries where none is to be asked: most of the time
that such a command takes is that of imports.
"""

import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import click

from watcher.check import checks, eligibility, status
from watcher.check.checks import Judge
from watcher.check.records import record
from watcher.check.shown import Answer, Shown, shown_of
from watcher.check.status import check_all
from watcher.cli.output import CODES, as_text, complain, complain_of_database, said, see
from watcher.cli.session import Command
from watcher.host.context import Context
from watcher.host.fleet import Fleet, Meant, name_engine, named
from watcher.host.services import may_be_services
from watcher.model.errors import NoSuchContainer, WatcherError
from watcher.model.quoting import escaped


def choose() -> Command:
    """List the running containers, as the exercise does."""

    async def command(fleet: Fleet) -> int:
        names = []
        for context in fleet.here:
            names += [f"{context.prefix}{name}" for name in await checks.running_names(context)]
        click.echo("\n".join(["Choose a container to analyze:", *names]))
        return _away(fleet)

    return command


def tell(name: str, *, pull: bool) -> Command:
    """Judge a container, as the exercise does: the answer is the exit code."""

    async def command(fleet: Fleet) -> int:
        context, there = await fleet.one(name)
        async with _pulls_shown(context, pull=pull):
            with named(context):
                found = await checks.identify(context, there, _pulling() if pull else checks.assess)
        complain(said(shown_of(context, found)))
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

    async def command(fleet: Fleet) -> int:
        groups, errors = ([Meant(each, ()) for each in fleet.here], {}) if every else await fleet.meant(names)
        answers: list[tuple[str, Answer]] = [*errors.items()]
        for meant in groups:
            async with _pulls_shown(meant.context, pull=pull):
                answers += await _checked(meant, judge, every=every)
        if len(names) == 1 and isinstance(answers[0][1], WatcherError):
            raise answers[0][1]
        codes = [_told(answer, as_json=as_json) for _, answer in answers]
        complain_of_database(fleet.first)
        if as_json:
            records = [_answer(name, answer) for name, answer in answers]
            click.echo(as_text(records[0] if len(names) == 1 else records))
        return max([*codes, _away(fleet) if every else 0])

    return command


async def _checked(meant: Meant, judge: Judge, *, every: bool) -> list[tuple[str, Answer]]:
    """Judge what a person named of one engine, or all; an error of one of several engines says which one."""
    context = meant.context
    found = await (check_all(context, judge) if every else status.check(context, meant.names, judge))
    found = await _with_services(context, found, every=every)
    for _, answer in found:
        if isinstance(answer, WatcherError):
            name_engine(context, answer)
    return [(f"{context.prefix}{name}", answer) for name, answer in found]


def _away(fleet: Fleet) -> int:
    """Say which engines could not be asked; the exit code for their errors."""
    for name, error in fleet.away.items():
        complain(f"{name}: {error}")
    return max((each.exit_code for each in fleet.away.values()), default=0)


async def _with_services(
    context: Context, answers: list[tuple[str, Answer]], *, every: bool
) -> list[tuple[str, Answer]]:
    """The same with the services of a swarm: of all, or in the place of names that no container has."""
    if every and await context.engine.role() == "manager":
        from watcher.swarm.status import listed

        return [*answers, *((row.name, row) for row in await listed(context))]
    missed = [name for name, answer in answers if isinstance(answer, NoSuchContainer)]
    if missed and await may_be_services(context, missed):
        from watcher.swarm.status import instead

        return [(name, await instead(context, name, answer)) for name, answer in answers]
    return answers


def _judge(*, pull: bool, remote: bool) -> Judge:
    if not (pull or remote):
        return checks.judged
    from watcher.check import freshness

    return freshness.remotely if remote else freshness.after_pull()


def _told(answer: Answer, *, as_json: bool) -> int:
    """Say what is to be said of one container; the exit code for it."""
    if isinstance(answer, WatcherError):
        complain(str(answer))
        return answer.exit_code
    if not as_json:
        click.echo(escaped(said(answer)))
    for line in answer.remarks:
        complain(f"{answer.called}: {line}")
    return CODES[answer.verdict.status]


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    return {"name": name} | answer.record if isinstance(answer, WatcherError) else record(answer)


def show(*, every: bool, no_trunc: bool, as_json: bool) -> Command:
    """`watcher list`; on a terminal as wide as that, where all is not asked for."""
    from watcher.cli.table import table

    width = None if no_trunc else _width()

    async def command(fleet: Fleet) -> int:
        rows = list[Shown]()
        for context in fleet.here:
            rows += await status.listed(context, every=every)
            rows += await _services(context)
            for line in await checks.doubts(context):
                complain(context.told(line))
        click.echo(
            as_text([record(row) for row in rows])
            if as_json
            else table(_cells(rows, briefly=width is not None), width)
        )
        complain_of_database(fleet.first)
        return _away(fleet)

    return command


def _width() -> int | None:
    """How wide the terminal of standard output is; None where standard output is no terminal."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


async def _services(context: Context) -> list[Shown]:
    if await context.engine.role() != "manager":
        return []
    from watcher.swarm.status import listed

    return await listed(context)


def _cells(rows: list[Shown], *, briefly: bool) -> list[list[str]]:
    cells = [(row.called, row.image, row.state, row.mode, _verdict(row, briefly=briefly)) for row in rows]
    return [[*map(escaped, row)] for row in cells]


def _verdict(row: Shown, *, briefly: bool) -> str:
    """The verdict, what its update waits for, and where to read what is new.

    What waits is told briefly on a terminal, which would else cut off for what, and until when.
    """
    waits, verdict = _waits(row, briefly=briefly), str(row.verdict)
    verdict = verdict.partition(": ")[0] if briefly and waits else verdict
    return "; ".join(filter(None, [verdict, waits])) + see(row)


def _waits(row: Shown, *, briefly: bool) -> str:
    now = time.time()
    return (
        eligibility.briefly(row.waits, now)
        if briefly
        else eligibility.words(row.waits, now, row.verdict.reason)
    )
