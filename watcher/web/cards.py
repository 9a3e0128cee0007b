"""What cards of dashboards read, in the words of What's up Docker's API: read only (`--watchtower`)."""

from typing import Any

from aiohttp import web

from watcher import __version__
from watcher.check.eligibility import UPDATES
from watcher.check.shown import Shown
from watcher.check.verdict import Status
from watcher.model.reference import readable
from watcher.web.engines import ServedEngines
from watcher.web.gauges import image_label
from watcher.web.guard import Access
from watcher.web.routes import Route


class Cards:
    """The routes that cards of dashboards ask.

    Args:
        engines: The engines, and what is known.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._engines = engines
        self.routes = (
            Route("GET", "/api/app", Access.CARD, "The name and the version, for cards.", _app),
            Route("GET", "/api/containers", Access.CARD, "All containers, as What's up Docker.", self._all),
        )

    async def _all(self, _: web.Request) -> web.Response:
        return web.json_response([card(row) for row in await self._engines.listed()])


async def _app(_: web.Request) -> web.Response:
    return web.json_response({"name": "ctr-updater", "version": __version__, "description": "ctr-updater"})


def card(row: Shown) -> dict[str, Any]:
    """A container as What's up Docker shows it; the card of an unknown container says the error."""
    running, target = row.releases.running.version, row.releases.target.version
    tag, is_due = _tag(row), row.verdict.status in UPDATES
    found = {
        "id": row.cid,
        "name": row.name,
        "displayName": row.called,
        "status": row.state,
        "watcher": row.engine,
        "image": _image(row, running or tag),
        "version": running or tag,
        "updateAvailable": is_due,
        "link": row.releases.link or None,
    }
    if is_due:
        new = target or row.verdict.target
        kind = {"kind": "digest", "localValue": running or row.verdict.running, "remoteValue": new}
        found |= {"result": {"tag": target or tag}, "updateKind": kind | {"semverDiff": "unknown"}}
    if row.verdict.status is Status.UNKNOWN:
        found["error"] = {"message": row.verdict.reason}
    return found


def _image(row: Shown, version: str) -> dict[str, Any]:
    ref = readable(image_label(row))
    domain = ref.domain if ref else ""
    return {
        "id": row.verdict.running,
        "registry": {"name": domain, "url": domain},
        "name": ref.path if ref else "",
        "tag": {"value": version, "semver": False},
        "digest": {"watch": True},
    }


def _tag(row: Shown) -> str:
    ref = readable(image_label(row))
    return ref.tag if ref else ""
