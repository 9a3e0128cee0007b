"""The commands that update: what they print; each gives what `session.run` takes."""

import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any

import click
from attrs import evolve

from watcher.check import checks, status
from watcher.check.records import record
from watcher.check.shown import Shown, shown_of, shown_unjudged
from watcher.cli import services, standard_error
from watcher.cli.options import given
from watcher.cli.output import as_text, complain, complain_of_database, said, see
from watcher.cli.progress import shown
from watcher.cli.session import Command
from watcher.config import telling
from watcher.config.settings import DaemonSettings, state_folder
from watcher.daemon import log
from watcher.daemon.engines import Engines
from watcher.daemon.event_watcher import FULL_LOOK_S
from watcher.daemon.log_lines import of_engine, say
from watcher.daemon.passes import Recheck
from watcher.host.context import Context
from watcher.host.fleet import Fleet, Meant, named
from watcher.model.errors import EngineUnavailable, WatcherError
from watcher.model.quoting import escaped
from watcher.store.heartbeat import Pulse
from watcher.swarm import by_hand
from watcher.swarm import update as swarm
from watcher.swarm.by_hand import Result
from watcher.update import errand
from watcher.update.request import Done, Outcome, Request

_NOT_BACK = "its data stay as they are, and `docker compose up -d` would take its tag's image again"
_ALLOWANCE_S = 3 * FULL_LOOK_S


def autoupdate(name: str, *, pull: bool) -> Command:
    """Update a container where there is an update, as the exercise does."""

    async def command(fleet: Fleet) -> int:
        context, there = await fleet.one(name)
        async with aclosing(_results(context, [there], Request(pull=pull))) as results:
            async for _, result in results:
                _raised(result, context)
                if isinstance(result, Outcome):
                    complain(_line(result, context))
                    _warn(result, context)
        return 0

    return command


def update(names: Iterable[str], *, no_pull: bool, dry_run: bool, again: bool, as_json: bool) -> Command:
    """`watcher update`: one container after another, in their order.

    A container that fails keeps its dependents from their updates, and no others.
    """
    names, request = [*names], Request(pull=not no_pull, dry_run=dry_run, again=again)

    async def command(fleet: Fleet) -> int:
        groups, errors = await fleet.meant(names)
        codes, records = [0], []
        for name, error in errors.items():
            complain(str(error))
            codes.append(error.exit_code)
            records.append({"name": name, "done": "failed"} | error.record)
        for meant in groups:
            async for code, found in _updated(meant, request, as_json=as_json, is_sole=len(names) == 1):
                codes.append(code)
                records.append(found)
        if not fleet.first.memory.has_said:
            complain_of_database(fleet.first)
        if as_json:
            click.echo(as_text(records))
        return max(codes)

    return command


async def _updated(
    meant: Meant, request: Request, *, as_json: bool, is_sole: bool
) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """Update the containers of one engine; the exit code and the JSON of each, of which all is said."""
    context = meant.context
    async with aclosing(_results(context, meant.names, request)) as results:
        async for name, result in results:
            if isinstance(result, EngineUnavailable) and is_sole:
                _raised(result, context)
            code = _said(result, context, as_json=as_json)
            yield code, await _result(context, name, result) if as_json else {}


async def _results(
    context: Context, names: Iterable[str], request: Request
) -> AsyncGenerator[tuple[str, Result], None]:
    """Update containers of one engine, their progress shown; what each is called, and what became of it."""
    updates = by_hand.update(context, names, request)
    async with shown(context.events, sys.stderr) as clear, aclosing(updates) as results:
        async for name, result in results:
            await clear()
            yield name, result


def _raised(result: Result, context: Context) -> None:
    """Raise what is an error."""
    if isinstance(result, WatcherError):
        with named(context):
            raise result


def rollback(name: str, *, to: str, dry_run: bool, as_json: bool) -> Command:
    """`watcher rollback`: an update to an image that the container ran before."""
    request = Request(dry_run=dry_run, back=to)

    async def command(fleet: Fleet) -> int:
        context, there = await fleet.one(name)
        async with aclosing(_results(context, [there], request)) as results:
            async for _, result in results:
                _raised(result, context)
                _said(result, context, as_json=as_json)
                if as_json:
                    click.echo(as_text(await _result(context, there, result)))
        return 0

    return command


def _said(result: Result, context: Context, *, as_json: bool) -> int:
    """Say what became of one container; the exit code for it."""
    if isinstance(result, swarm.ServiceOutcome):
        if not as_json:
            click.echo(escaped(services.line(result, context)))
        return 0
    if isinstance(result, Outcome):
        if not as_json:
            click.echo("\n".join(map(escaped, _line(result, context).split("\n"))))
        _warn(result, context)
        return 0
    complain(context.told(result))
    return result.exit_code


async def _result(context: Context, name: str, result: Result) -> dict[str, Any]:
    """One container as JSON: what runs now, and what was done."""
    if isinstance(result, Outcome):
        planned = result.steps.record if result.steps else {}
        found = shown_of(context, result.assessment, await context.memory.decisions.read())
        if result.done is Done.UPDATED:
            brought, found = found.releases, await _afterwards(context, found.name)
            found = evolve(found, releases=evolve(found.releases, link=brought.link))
        return record(found) | {"done": result.done.value} | planned
    if isinstance(result, swarm.ServiceOutcome):
        return await services.result(context, result)
    if isinstance(result, WatcherError) and (failed := await services.failed(context, name, result)):
        return failed
    found = await _afterwards(context, name)
    if isinstance(result, WatcherError):
        return record(found) | {"done": "failed"} | result.record
    return record(found) | {"done": "held back", "reason": str(result)}


async def _afterwards(context: Context, name: str) -> Shown:
    """What there is of a container once its update has ended; what cannot be read any more is unknown."""
    try:
        ((_, answer),) = await status.check(context, [name], checks.judged)
    except EngineUnavailable as error:
        answer = error
    return answer if isinstance(answer, Shown) else shown_unjudged(context, name, answer)


def _line(outcome: Outcome, context: Context) -> str:
    found = shown_of(context, outcome.assessment)
    if outcome.done is Done.PLANNED:
        change, *steps = outcome.plan.split("\n")
        return "\n".join([f"{change}{see(found)}", *steps])
    if outcome.done is Done.UPDATED and outcome.assessment.goes_back:
        return f"{found.called}: rolled back: {found.verdict.reason}; {_NOT_BACK}"
    if outcome.done is Done.UPDATED:
        return f"{found.called}: updated: {found.verdict.cause}{see(found)}"
    return said(found)


def _warn(outcome: Outcome, context: Context) -> None:
    for line in outcome.warnings:
        complain(f"{context.prefix}{outcome.assessment.name}: {line}")
    if why := context.memory.said_once():
        complain(f"nothing can be remembered ({why}): an image that failed would be tried again")
    for line in context.memory.unsaid():
        complain(line)


def self_update(**orders: Any) -> Command:
    """What a helper does."""

    async def command(fleet: Fleet) -> int:
        given = errand.Orders(**orders)
        meant = [each for each in fleet.contexts if given.engine in {"", each.engine_name}]
        return await errand.run(meant[0], given)

    return command


def daemon(*, once: bool) -> Command:
    """`watcher run`."""
    settings, flags = DaemonSettings.of_environment(), given()
    standard_error.install(beside=True)
    log.configure(settings.log_level, settings.log_format)

    async def command(fleet: Fleet) -> int:
        for context in fleet.contexts:
            context.events.subscribe("log", of_engine(context.engine_name) if context.prefix else say)
        async with AsyncExitStack() as beside:
            rechecks: Mapping[str, Recheck] = {}
            if settings.ping_url or telling.is_wanted(os.environ):
                from watcher.daemon.notifier import Notifier

                notifier = await beside.enter_async_context(Notifier(fleet, settings, once=once))
                rechecks = notifier.rechecks
            pulse = Pulse(state_folder(), _ALLOWANCE_S)
            work = Engines(fleet, settings, pulse, rechecks)
            if once or not settings.listen:
                return await (work.once() if once else work.run())
            from watcher.web.listener import Listener

            listener = Listener(fleet, settings, pulse, work, flags)
            await beside.enter_async_context(listener)
            return await work.run()

    return command
