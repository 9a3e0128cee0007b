"""Whether a proxy in front of the engine lets all requests of an update pass, asked before it begins.

Each request is made of a container that there is not, so that it changes nothing: the engine answers 404,
or 400 to the creation of nothing, and reports no event (20.10 to 28.5). A socket proxy goes by method and
path, and answers as it would to the real one.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from watcher.container.successor import Draft
from watcher.engine.client import Engine
from watcher.engine.request_errors import LISTED
from watcher.model.errors import Barred, EngineError, is_forbidden
from watcher.model.names import NOBODY
from watcher.update.steps.plan import Action, Plan

Request = tuple[str, str]

_ALWAYS = (
    ("POST", "containers/create"),
    ("POST", "containers/{id}/rename"),
    ("POST", "containers/{id}/update"),
    ("DELETE", "containers/{id}"),
)
_EXEC: tuple[Request, ...] = (
    ("POST", "containers/{id}/exec"),
    ("POST", "exec/{id}/start"),
    ("GET", "exec/{id}/json"),
)
_OF_STEPS: dict[Action, tuple[Request, ...]] = {
    Action.GO: (("POST", "containers/{id}/wait"),),
    Action.STOP: (("POST", "containers/{id}/stop"), ("GET", "networks/{id}")),
    Action.START: (("POST", "containers/{id}/start"), ("GET", "events")),
    Action.PRE_HOOK: _EXEC,
    Action.POST_HOOK: _EXEC,
    Action.PAUSE: (("POST", "containers/{id}/pause"),),
    Action.RESTART: (("POST", "containers/{id}/restart"),),
}
_CONNECT = ("POST", "networks/{id}/connect")
_BODIES = {
    ("POST", "containers/create"): {},
    ("POST", "containers/{id}/update"): {},
    ("POST", "containers/{id}/exec"): {"Cmd": ["true"]},
    ("POST", "exec/{id}/start"): {"Detach": True},
    _CONNECT: {"Container": NOBODY},
}
_PARAMS = {
    ("POST", "containers/create"): {"name": NOBODY},
    ("POST", "containers/{id}/rename"): {"name": NOBODY},
    ("GET", "events"): {"since": "1", "until": "2"},
}


async def refuse_forbidden(engine: Engine, steps: Plan, made: Draft) -> None:
    """Refuse an update that cannot be carried out, or could not be undone.

    Args:
        engine: Where it would be.
        steps: The plan of the update.
        made: The first of its successors, as it would be created.

    Raises:
        Barred: Requests that it needs are refused; all of them are named.
    """
    requests = [*dict.fromkeys(_needed(steps, made))]
    answers = await asyncio.gather(*(_refusal(engine, each) for each in requests))
    refused = {each: error for each, error in zip(requests, answers, strict=True) if error}
    if not refused:
        return
    named = ", ".join(f"{method} /{path}" for method, path in refused)
    first = next(iter(refused.values()))
    who = f"a proxy in front of the engine at {engine.endpoint.shown} does not let {named} pass"
    if not isinstance(first, Barred):
        who = f"{named} is not allowed ({first.message})"
    raise Barred(
        f"cannot update {steps.name}: {who}; nothing was changed", status=first.status, advice=LISTED
    ) from first


def _needed(steps: Plan, made: Draft) -> Iterator[Request]:
    yield from _ALWAYS
    for step in steps.steps:
        yield from _OF_STEPS.get(step.action, ())
    if made.payload.connect:
        yield _CONNECT


async def _refusal(engine: Engine, request: Request) -> EngineError | None:
    """The refusal of a request by a proxy; any other error will show in the real request."""
    method, path = request
    options: dict[str, Any] = {"params": _PARAMS.get(request), "data": _BODIES.get(request)}
    where = path.format(id=NOBODY)
    try:
        await engine.ask(f"{method} /{path}", method, where, changes=False, **options)
    except EngineError as error:
        return error if is_forbidden(error) else None
    return None
