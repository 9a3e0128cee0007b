"""The ping after each pass, for services that call when none comes: healthchecks.io, Uptime Kuma."""

import asyncio
from urllib.parse import parse_qsl, urlencode, urlsplit

from watcher.notifications.addresses import Address, shown
from watcher.notifications.answer import Answer
from watcher.notifications.http_post import get

TRIES = 3
PAUSE_S = 2.0
_KUMA = "/api/push/"


async def ping(url: str, *, went_well: bool) -> Answer:
    """Tell how a pass went; tried again for a few seconds."""
    address = Address(url if went_well else failed(url), shown(url))
    for left in reversed(range(TRIES)):
        answer = await get(address)
        if not answer.why or not left:
            break
        await asyncio.sleep(PAUSE_S)
    return answer


def failed(url: str) -> str:
    """The URL of a pass that did not go well: with `/fail`; Uptime Kuma has a word for it in the query."""
    parts = urlsplit(url)
    if _KUMA in parts.path:
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        told = query | {"status": "down", "msg": "a pass did not go well"}
        return parts._replace(query=urlencode(told)).geturl()
    return parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()
