"""What was chosen: each setting that holds, and where it comes from; of secrets only that they are set."""

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from attrs import Attribute, fields

from watcher.check.own_labels import remarks
from watcher.config.grammar import written
from watcher.config.policy import Policy
from watcher.config.setting import label, variable
from watcher.config.settings import DaemonSettings, state_folder
from watcher.host.lookup import find
from watcher.model.errors import NoSuchContainer
from watcher.model.inspection import Container
from watcher.model.quoting import escaped
from watcher.swarm.named import service_named
from watcher.web.api import ONE
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.guard import Access
from watcher.web.routes import Route

Rows = list[dict[str, Any]]

_PREFIX = variable("")
_STATE_DIR = "state_dir"
_OURS = {variable(each.name) for cls in (Policy, DaemonSettings) for each in fields(cls)} | {
    variable(_STATE_DIR)
}
_BESIDE = {"value": "notify", "from": "watchtower"}
_SHOWN = {variable(name) for name in ("registry", "registry_user")}


class WebSettings:
    """The routes of the settings.

    Args:
        engines: The engines, and what is known.
        flags: The names of the settings that a flag told.
    """

    def __init__(self, engines: ServedEngines, flags: Collection[str]) -> None:
        self._engines = engines
        self._flags = flags
        self.routes = (
            Route("GET", "/api/v1/settings", Access.READ, "What holds, and where it comes from.", self._all),
            Route("GET", f"{ONE}/settings", Access.READ, "What holds for one container.", self._one),
        )

    async def _all(self, _: web.Request) -> web.Response:
        return web.json_response(settings(os.environ, self._flags))

    async def _one(self, request: web.Request) -> web.Response:
        labels, lines, tower = await self._engines.asked(request.match_info["name"], _labels)
        rows = of_container(labels, os.environ, self._flags, is_told_of=bool(tower))
        return web.json_response({"settings": rows, "remarks": [*map(escaped, lines)]})


async def _labels(served: ServedEngine, name: str) -> tuple[Mapping[str, str], list[str], str]:
    """The labels of a container, or else a service, what people should know, and any Watchtower beside."""
    context = served.context
    try:
        container = await find(context.engine, name)
    except NoSuchContainer:
        if (said := await service_named(context, name)) is None:
            raise
        found = await served.reader.for_looks(context).shown(said)
        return found.service.labels, found.remarks, ""
    lines = [*remarks(container, hooks=context.hooks), *context.watchtowers.remarks(container)]
    return Container(container).labels, lines, context.watchtowers.at(container)


def settings(environ: Mapping[str, str], flags: Collection[str]) -> Rows:
    """The settings of the daemon, the defaults of containers, and the variables that are read elsewhere."""
    every = [
        each for cls in (DaemonSettings, Policy) for each in fields(cls) if not each.metadata["label_only"]
    ]
    state = {"value": str(state_folder(environ)), "about": "What must outlive a restart."}
    return [
        *(_told(each, environ, flags) for each in every),
        {"name": "state-dir"} | state | _where(_STATE_DIR, environ, flags),
        *_others(environ),
    ]


def of_container(
    labels: Mapping[str, str],
    environ: Mapping[str, str],
    flags: Collection[str],
    *,
    is_told_of: bool = False,
) -> Rows:
    """The settings of one container: its labels, and what holds where it has none.

    Args:
        labels: Its labels.
        environ: The variables of the daemon.
        flags: The names of the settings that a flag told.
        is_told_of: Whether a Watchtower updates it, so that the daemon only tells, whatever is chosen.
    """
    rows = [_labelled(each, labels, environ, flags) for each in fields(Policy)]
    return [row | _BESIDE if is_told_of and row["name"] == "mode" else row for row in rows]


def _labelled(
    each: "Attribute[Any]", labels: Mapping[str, str], environ: Mapping[str, str], flags: Collection[str]
) -> dict[str, Any]:
    spelled = label(each.name)
    said = labels.get(spelled, "").strip()
    found = _told(each, {} if each.metadata["label_only"] else environ, flags)
    return found | {"label": spelled} | ({"value": said, "from": "label"} if said else {})


def _told(each: "Attribute[Any]", environ: Mapping[str, str], flags: Collection[str]) -> dict[str, Any]:
    text = environ.get(variable(each.name), "").strip() or written(each.default)
    meaning = each.metadata["help"] or f"Takes {each.metadata['values']}."
    about = {"about": meaning, "default": written(each.default)}
    value = _host_of(text) if each.name == "ping_url" else text
    return {"name": each.name.replace("_", "-"), "value": value} | about | _where(each.name, environ, flags)


def _where(name: str, environ: Mapping[str, str], flags: Collection[str]) -> dict[str, Any]:
    is_set = bool(environ.get(variable(name), "").strip())
    return {
        "variable": variable(name),
        "from": ("flag" if name in flags else "variable") if is_set else "default",
    }


def _others(environ: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The variables that are read elsewhere, as far as they are set."""
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in _OURS and environ[name].strip():
            is_shown = name in _SHOWN or name.endswith("_FILE")
            value = environ[name] if is_shown else "(set, and not shown)"
            yield {"name": name, "value": value, "about": "", "variable": name, "from": "variable"}


def _host_of(address: str) -> str:
    """An address without what makes it a secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}/..." if parts.hostname else ""
