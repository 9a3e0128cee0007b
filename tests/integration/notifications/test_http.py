"""Our JSON by POST, to receivers with whatever manners."""

import asyncio
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from tests.integration.notifications.conftest import address
from tests.testbed.badregistry import Behaviour, Hang, Reply, Request, answer, cut, redirect, rubbish
from tests.testbed.ports import free_port
from tests.testbed.receiver import Receiver
from watcher.notifications.answer import Answer
from watcher.notifications.http_post import get, post
from watcher.notifications.message import compose
from watcher.notifications.news import News
from watcher.registry import http_client

MESSAGE = compose("nas", [News("updated", "wéb", facts={"name": "wéb"})])
SECRET = "s3cret"  # noqa: S105 - the test's own


def slow(_: Request) -> Reply:
    """Take a message, a byte of the answer at a time."""

    def pieces() -> Iterator[bytes]:
        for _ in range(5):
            time.sleep(0.05)  # what a slow receiver does
            yield b"ok"

    return Reply(200, pieces())


async def test_our_json_is_posted(receiver: Receiver) -> None:
    assert await post(address(f"{receiver.url}/hook?token=x"), MESSAGE) == Answer()

    (request,) = receiver.requests
    assert (str(request), request.query) == ("POST /hook", "token=x")
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert receiver.got() == [
        {
            "title": "ctr-updater: 1 updated on nas",
            "text": "wéb: updated",
            "host": "nas",
            "events": [{"event": "updated", "container": "wéb", "name": "wéb"}],
        }
    ]


async def test_user_and_password_are_sent_as_basic(receiver: Receiver) -> None:
    url = receiver.url.replace("://", "://user:p%40ss@")

    assert await post(address(f"{url}/hook"), MESSAGE) == Answer()

    assert receiver.requests[0].headers["authorization"] == "Basic dXNlcjpwQHNz"


async def test_a_slow_receiver_takes_it(receiver: Receiver) -> None:
    receiver.on("", slow)

    assert await post(address(f"{receiver.url}/hook"), MESSAGE) == Answer()


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (answer(500), "it answered 500 Internal Server Error"),
        (answer(404, SECRET), "it answered 404 Not Found"),
        (answer(799), "it answered 799"),
        (cut, "the connection broke off"),
        (rubbish, "its answer is not HTTP"),
    ],
    ids=["500", "404", "799", "closes", "rubbish"],
)
async def test_a_receiver_that_does_not_take_it_is_said_without_a_secret(
    receiver: Receiver, behaviour: Behaviour, why: str
) -> None:
    receiver.on("", behaviour)

    assert await post(address(f"{receiver.url}/{SECRET}?x={SECRET}"), MESSAGE) == Answer(why)


async def test_a_receiver_that_hangs_is_given_up(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "REQUEST_LIMIT_S", 1.0)
    receiver.on("", hang := Hang())

    found = await post(address(f"{receiver.url}/{SECRET}"), MESSAGE)

    assert await asyncio.to_thread(hang.reached.wait, 60)
    assert found.why == "it accepted the connection, and did not answer within 1 s"


async def test_a_receiver_that_is_not_there_is_said() -> None:
    found = await post(address(f"http://127.0.0.1:{free_port()}/{SECRET}"), MESSAGE)

    assert found.why == "connection refused"


async def test_a_host_that_does_not_exist_is_said_without_a_secret() -> None:
    found = await post(address(f"https://user:{SECRET}@nothing.invalid/{SECRET}"), MESSAGE)

    assert found.why.startswith("no such host")
    assert SECRET not in found.why


@pytest.mark.parametrize(("status", "waits"), [(429, 17.0), (503, 17.0), (500, 0.0)])
async def test_who_asks_to_be_left_alone_for_seconds_is(
    receiver: Receiver, status: int, waits: float
) -> None:
    receiver.on("", answer(status, Retry_After="17"))

    assert (await post(address(receiver.url), MESSAGE)).wait_s == waits


async def test_who_asks_to_be_left_alone_until_a_date_is(receiver: Receiver) -> None:
    receiver.on("", answer(429, Retry_After=formatdate(time.time() + 1000, usegmt=True)))

    assert 900 < (await post(address(receiver.url), MESSAGE)).wait_s <= 1000


async def test_a_message_follows_no_redirect(receiver: Receiver) -> None:
    with Receiver() as other:
        receiver.on("", redirect(f"{other.url}/{SECRET}", 301))

        found = await post(address(f"{receiver.url}/hook"), MESSAGE)

        assert found.why == "it answered 301 Moved Permanently, to be asked for at another address"
        assert other.requests == []


async def test_a_ping_is_a_get_and_follows_redirects(receiver: Receiver) -> None:
    receiver.on("/old", redirect("/new"))

    assert await get(address(f"{receiver.url}/old")) == Answer()

    assert receiver.asked() == ["GET /old", "GET /new"]
