"""The registries that are asked: for whom, until when one is left alone, and what is left of its limit."""

import asyncio
import time
from typing import Any

from aiohttp import web
from attrs import asdict

from watcher.check.records import moment
from watcher.host import inventory
from watcher.host.context import Context
from watcher.model.errors import NotFound
from watcher.model.inspection import reference_of
from watcher.model.json_object import Json
from watcher.model.names import name_of
from watcher.model.reference import ImageRef, readable
from watcher.swarm.spec import Service
from watcher.swarm.status import followed
from watcher.web.engines import ServedEngine, ServedEngines
from watcher.web.guard import Access
from watcher.web.routes import Route


class Followed:
    """The route of it.

    Args:
        engines: The engines, the registries, and what is known.
    """

    def __init__(self, engines: ServedEngines) -> None:
        self._engines = engines
        about = "The registries: who follows them, what waits until when, what is left of their limits."
        self.routes = (Route("GET", "/api/v1/registries", Access.READ, about, self._all),)

    async def _all(self, _: web.Request) -> web.Response:
        followers: dict[str, list[tuple[str, str]]] = {}
        for served, found in await self._engines.of_each(_followers):
            for ref, name in found:
                followers.setdefault(ref.domain, []).append((ref.familiar, f"{served.prefix}{name}"))
        return web.json_response([self._told(domain, followers[domain]) for domain in sorted(followers)])

    def _told(self, domain: str, followers: list[tuple[str, str]]) -> dict[str, Any]:
        """What is said of one; its limit as it was told last, to whichever engine's questions."""
        every = [each.context.registries for each in self._engines.all]
        registries = every[0]
        allowances = [told for each in every if (told := each.allowance(domain))]
        rest, allowance = registries.rest(domain), max(allowances, key=lambda told: told.at, default=None)
        return {
            "registry": domain,
            "tags": sorted({tag for tag, _ in followers}),
            "containers": sorted(name for _, name in followers),
            "until": moment(time.time() + rest if rest else 0),
            "why": registries.why_resting(domain),
            "limit": asdict(allowance) | {"at": moment(allowance.at)} if allowance else None,
        }


async def _followers(served: ServedEngine) -> list[tuple[ImageRef, str]]:
    """The tags that a registry may be asked for, each with the name of what follows it."""
    context = served.context
    rows = await context.engine.containers(stopped=True)
    ours = await context.opted_in(rows)
    found = await asyncio.gather(*(_tag(context, row) for row in ours))
    named = [*zip(found, map(name_of, ours), strict=True), *await _of_services(context)]
    return [(tag, name) for tag, name in named if tag and tag.domain]


async def _of_services(context: Context) -> list[tuple[ImageRef | None, str]]:
    if await context.engine.role() != "manager":
        return []
    return [(service.tag, service.name) for service in map(Service, await followed(context))]


async def _tag(context: Context, row: Json) -> ImageRef | None:
    policy = context.readable_policy(row)
    if policy is None or not policy.enable or policy.source != "registry":
        return None
    try:
        text = inventory.followed_tag(row, await _reference(context, row))
    except NotFound:
        return None
    return readable(text) if text else None


async def _reference(context: Context, row: Json) -> str:
    """What a row's container follows: the engine shows it as long as that means the container's image."""
    text = str(row["Image"])
    is_moved = text.startswith("sha256:")
    return reference_of(await context.engine.container(row["Id"])) if is_moved else text
