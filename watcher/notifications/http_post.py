"""Our JSON by POST, and the GET of a ping: 2xx is taken, everything else is not."""

import json
from http import HTTPStatus

from watcher.model.errors import RegistryError
from watcher.model.json_object import Json
from watcher.notifications.addresses import Address
from watcher.notifications.answer import Answer, refused
from watcher.notifications.message import Message
from watcher.registry import messages
from watcher.registry.http_client import Wire
from watcher.registry.messages import Request

_LIMIT = 64 << 10  # bytes of an answer that nobody reads
_TAKEN = range(200, 300)
_LEADS_ELSEWHERE = range(300, 400)
_ASKS_TO_WAIT = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


async def post(address: Address, message: Message) -> Answer:
    """Post a message."""
    return await _asked(address, "POST", message.posted)


async def get(address: Address) -> Answer:
    """Tell a receiver by the request alone."""
    return await _asked(address, "GET", None)


async def _asked(address: Address, method: str, content: Json | None) -> Answer:
    headers = {"Authorization": address.authorization} if address.authorization else {}
    body = None
    if content is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(content).encode()
    request = Request(address.target, _LIMIT, method, headers=headers, body=body)
    wire = Wire()  # a connection that is kept would be closed long before there is news again
    try:
        return _answer_of(await wire.ask(f"reach {address.shown}", request))
    except RegistryError as error:
        return refused(error.message.removeprefix(f"cannot reach {address.shown}: "))
    finally:
        await wire.close()


def _answer_of(answer: messages.Answer) -> Answer:
    if answer.status in _TAKEN:
        return Answer()
    wait = answer.retry_after if answer.status in _ASKS_TO_WAIT else None
    more = ", to be asked for at another address" if answer.status in _LEADS_ELSEWHERE else ""
    return refused(f"it answered {messages.status_line(answer.status)}{more}", wait or 0.0)
