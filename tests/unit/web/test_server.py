import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector

from tests.unit.web.listening import ROUTES, listening
from watcher.web.guard import Guard
from watcher.web.server import Server
from watcher.web.tokens import BadListener, Tokens

ACT, READ, WRONG = ({"Authorization": f"Bearer {token}"} for token in ("act-token", "read-token", "wrong"))
PAGE = {"X_CTR_Updater": "1"}


async def test_what_needs_a_token_is_given_to_its_bearer_alone() -> None:
    async with listening() as at:
        assert await at.status("/open") == 200
        assert await at.status("/read") == 401
        assert await at.status("/read?token=act-token") == 401
        assert await at.status("/read", **WRONG) == 401
        assert await at.status("/read", **READ) == 200
        assert await at.status("/read", **ACT) == 200
        assert await at.status("/act", "POST", **READ) == 403
        assert await at.status("/act", "POST", **ACT) == 200


async def test_without_tokens_only_what_is_public_is_served() -> None:
    async with listening(Tokens()) as at:
        assert await at.status("/read") == 401
        assert await at.status("/read", Authorization="Bearer ") == 401
    async with listening(Tokens(), ("read",)) as at:
        assert await at.status("/read") == 200
        assert await at.status("/act", "POST", **PAGE, Origin=at.url) == 401


@pytest.mark.parametrize("token", [r"\ud800", r"\udcff", r"\u0000", ""])
async def test_a_token_of_whatever_characters_is_a_wrong_one_and_counted(token: str) -> None:
    async with listening() as at:
        path, body = "/api/v1/session", f'{{"token": "{token}"}}'
        seen = [await at.status(path, "POST", body, Origin=at.url, **PAGE) for _ in range(11)]
        assert seen == [401] * 10 + [429]
        assert at.failures == []


async def test_wrong_tokens_are_limited() -> None:
    async with listening() as at:
        seen = [await at.status("/read", **WRONG) for _ in range(11)]
        assert seen == [401] * 10 + [429]
        assert await at.status("/read", **ACT) == 429


async def test_a_browser_logs_in_once_and_acts_from_our_page_alone() -> None:
    async with listening() as at:
        own, token = {"Origin": at.url, "X-CTR-Updater": "1"}, {"token": "act-token"}
        async with at.client.post(f"{at.url}/api/v1/session", json=token, headers=own) as response:
            cookie = response.headers["Set-Cookie"]
            value = cookie.partition(";")[0]
        assert response.status == 200
        assert all(each in cookie for each in ("HttpOnly", "SameSite=Strict", "Max-Age=43200"))
        assert await at.status("/read", Cookie=value) == 200
        assert await at.status("/act", "POST", Cookie=value, Origin=at.url, **PAGE) == 200
        assert await at.status("/act", "POST", Cookie=value, Origin=at.url) == 403
        assert await at.status("/act", "POST", Cookie=value, **PAGE) == 403
        assert await at.status("/act", "POST", Cookie=value, Origin="http://evil.example", **PAGE) == 403


async def test_a_wrong_token_or_a_foreign_page_gets_no_session() -> None:
    async with listening() as at:
        path, body = "/api/v1/session", b'{"token": "act-token"}'
        assert await at.status(path, "POST", body, Origin="http://evil.example", **PAGE) == 403
        assert await at.status(path, "POST", body.replace(b"act", b"x"), Origin=at.url, **PAGE) == 401


async def test_a_name_that_is_not_ours_is_not_answered_to_a_browser() -> None:
    async with listening(public=("read",)) as at:
        assert await at.status("/read", Host="evil.example") == 421
        assert await at.status("/read", Host="user@127.0.0.1") == 421
        assert await at.status("/read", Host="nas.lan:8080") == 200
        assert await at.status("/read", Host="localhost") == 200
        assert await at.status("/read", Host="[::1]:8080") == 200
        assert await at.status("/read", Host="anything", **READ) == 200


MALFORMED = [b"[", b"[::1", b"a]b", b"[x]", "h\u2100".encode(), b"\xff", b"a:b:c", b"%zz", b"nas.lan]:80"]


@pytest.mark.parametrize("host", MALFORMED)
async def test_a_host_that_is_none_is_not_ours(host: bytes) -> None:
    async with listening(public=("read",)) as at:
        assert await at.raw(b"GET /read", b"Host: " + host) == 421
        assert at.failures == []


@pytest.mark.parametrize("host", MALFORMED)
async def test_an_origin_that_is_none_is_no_page_of_ours(host: bytes) -> None:
    async with listening() as at:
        sent = (b"Host: localhost", b"X-CTR-Updater: 1", b"Origin: http://" + host)
        assert await at.raw(b"POST /act", *sent) == 403
        assert at.failures == []


async def test_every_answer_has_the_headers_that_keep_a_browser_safe() -> None:
    async with listening() as at:
        for path in ("/open", "/read", "/nowhere", "/broken"):
            async with at.client.get(at.url + path) as response:
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
                assert "unsafe" not in response.headers["Content-Security-Policy"]
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Cache-Control"] == "no-store"
                assert "Access-Control-Allow-Origin" not in response.headers


async def test_errors_are_json_with_advice() -> None:
    async with listening() as at:
        async with at.client.get(f"{at.url}/act", headers=ACT) as response:
            assert response.headers["Allow"] == "POST"
            assert {*await response.json()} == {"error", "advice"}
        assert response.status == 405
        async with at.client.get(f"{at.url}/broken") as response:
            assert "ours" not in await response.text()
        assert response.status == 500
        assert [str(each) for each in at.failures] == ["ours"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 200), (b'{"why": "x"}', 200), (b"[]", 400), (b"{", 400), (b'{"why": 1}', 400), (b'{"a": ""}', 400),
     (b"[" * 60000, 400), (b"\xff", 400), (b" " * (64 * 1024 + 1), 413)],
)  # fmt: skip
async def test_a_body_is_a_small_object_of_known_keys(body: bytes, status: int) -> None:
    async with listening() as at:
        assert await at.status("/act", "POST", body, **ACT) == status


async def test_an_address_that_is_taken_is_refused() -> None:
    async with listening() as at:
        with pytest.raises(BadListener, match=f"cannot listen on 127.0.0.1:{at.port}"):
            await Server(ROUTES, Guard(Tokens()), at.failures.append).open(f"127.0.0.1:{at.port}")


def bound(path: Path) -> socket.socket:
    """A socket, which listens on a file until it is closed."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    made.listen(1)
    return made


def serving() -> Server:
    return Server(ROUTES, Guard(Tokens()), list[Exception]().append)


async def test_a_socket_file_is_served_also_where_a_killed_daemon_left_one(tmp_path: Path) -> None:
    path, server = tmp_path / "socket", serving()
    bound(path).close()
    await server.open(f"unix:{path}")
    async with (
        ClientSession(connector=UnixConnector(str(path))) as client,
        client.get("http://localhost/open") as response,
    ):
        assert response.status == 200
    assert path.stat().st_mode & 0o777 == 0o660
    await server.close()
    assert not path.exists()


async def test_a_socket_file_on_which_another_daemon_listens_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with bound(path):
        ours = path.lstat()
        for _ in range(3):  # also where nobody takes the connections before
            with pytest.raises(BadListener, match=f"cannot listen on unix:{path}: Address already in use"):
                await serving().open(f"unix:{path}")
        assert path.lstat() == ours


async def test_a_socket_file_of_which_nobody_can_say_that_it_is_left_over_stays(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))

        with pytest.raises(BadListener, match="Address already in use"):
            await serving().open(f"unix:{path}")

    assert path.exists()


async def test_at_its_end_it_leaves_the_socket_file_that_another_daemon_has_put_in_place_of_its_own(
    tmp_path: Path,
) -> None:
    path, server = tmp_path / "socket", serving()
    await server.open(f"unix:{path}")
    path.rename(tmp_path / "aside")
    with bound(path), socket.socket(socket.AF_UNIX) as client:
        await server.close()
        client.connect(str(path))
