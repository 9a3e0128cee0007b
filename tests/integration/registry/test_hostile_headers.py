"""Whatever a registry writes into its headers, the question ends with one line, and never with a surprise."""

import pytest

from tests.integration.registry.conftest import Logins, app, refused
from tests.testbed.badregistry import BadRegistry, Reply
from watcher.model.errors import RegistryError
from watcher.registry.client import Registry
from watcher.registry.login import Login

# What a header may hold as far as HTTP goes: bytes beyond ASCII are no text of any encoding.
HOSTILE = [
    b"", b"\xff\xfe", b"http://[", b"http://127.0.0.1:99999/", b"http://127.0.0.1:x/", b"http://\xff/", b"//",
    b"http://127.0.0.1:1/\xff?\xff=\xff", b"9" * 4000, b"-1", b"\xc2\xb2", b"http://a..b/",
    b"http://" + b"a" * 300 + b"/", b"http://xn--/", b"sha256:" + b"g" * 64,
    b"Mon, 01 Jan 0001 00:00:00 +9959", b"\x1b]0;owned\x07", b"%ff%00", b"http://127.0.0.1:1/%", b',,,="',
]  # fmt: skip


def reply(status: int, *headers: bytes) -> Reply:
    lines = [b"HTTP/1.1 %d Odd" % status, *headers, b"Content-Length: 2", b"", b"{}"]
    return Reply(raw=b"\r\n".join(lines))


async def line(client: Registry, bad: BadRegistry) -> str:
    said = str(await refused(client, app(bad)))
    assert said.isprintable()
    assert said.startswith(("cannot ", bad.address))
    return said


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("login", [Login(), Login("user", "word")], ids=["nobody", "somebody"])
@pytest.mark.parametrize("field", ["realm", "service"])
async def test_a_challenge_is_met_or_refused_in_one_line(
    client: Registry, bad: BadRegistry, logins: Logins, field: str, login: Login, text: bytes
) -> None:
    said = {b"realm": b"http://127.0.0.1:1/token", b"service": b"s"} | {field.encode(): text}
    challenge = b",".join(b'%s="%s"' % pair for pair in said.items())
    bad.on("/v2/", lambda _: reply(401, b"WWW-Authenticate: Bearer " + challenge))
    logins.now[bad.address] = login

    assert await line(client, bad)


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_place_to_go_on_is_gone_to_or_refused_in_one_line(
    client: Registry, bad: BadRegistry, text: bytes
) -> None:
    bad.on("/v2/", lambda _: reply(307, b"Location: " + text))

    assert await line(client, bad)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", [b"Docker-Content-Digest", b"Content-Type", b"Content-Encoding"])
async def test_what_it_says_of_its_answer_is_not_believed(
    client: Registry, bad: BadRegistry, name: bytes, text: bytes
) -> None:
    bad.on("/v2/", lambda _: reply(200, name + b": " + text))

    assert await line(client, bad)


@pytest.mark.parametrize("text", HOSTILE)
async def test_the_time_that_it_asks_for_is_finite(client: Registry, bad: BadRegistry, text: bytes) -> None:
    bad.on("/v2/", lambda _: reply(429, b"Retry-After: " + text))

    error = await refused(client, app(bad))

    assert isinstance(error, RegistryError)
    assert error.retry_after is None or 0 <= error.retry_after < float("inf")
