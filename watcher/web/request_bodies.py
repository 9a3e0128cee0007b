"""What a request's JSON body says: few keys, each of its type."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from watcher.model.errors import WatcherError

_LIMIT_S = 10.0


class BadRequest(WatcherError):
    """A request says what cannot be understood."""

    exit_code = 2


async def read(request: web.Request, known: Mapping[str, type]) -> dict[str, Any]:
    """Read a body; none says nothing.

    Raises:
        BadRequest: It is no JSON object of these keys and types, or it does not come.
    """
    found = await anything(request)
    found = {} if found is None else found
    if not isinstance(found, dict):
        raise BadRequest("the body is no JSON object", advice="send an object, or nothing")
    for key, value in found.items():
        if type(value) is not known.get(key):
            raise BadRequest(f"{key}: cannot be read", advice=f"known are {_spelled(known)}")
    return found


async def anything(request: web.Request) -> Any:
    """Read a body of whatever JSON; None where there is none.

    Raises:
        BadRequest: It is no JSON, is not packed as it says, or does not come.
    """
    try:
        async with asyncio.timeout(_LIMIT_S):
            text = await request.read()
        return json.loads(text) if text.strip() else None
    except web.RequestPayloadError as error:
        advice = "leave Content-Encoding out, or send what it says"
        raise BadRequest("the body cannot be unpacked", advice=advice) from error
    except TimeoutError as error:
        raise BadRequest(f"the body did not come within {_LIMIT_S:.0f} s") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is no JSON", advice="send an object, or nothing") from error


def _spelled(known: Mapping[str, type]) -> str:
    return ", ".join(f"{key} ({kind.__name__})" for key, kind in known.items()) or "none"
