"""What a registry says of a tag is read, checked and told; what it does wrong is one clear line."""

import asyncio
from email.utils import formatdate
from time import time

import pytest

from tests.integration.registry.conftest import Logins, app, refused
from tests.testbed.badregistry import (
    INDEX,
    MANIFEST,
    BadRegistry,
    Behaviour,
    Hang,
    Reply,
    answer,
    cut,
    endless,
    page,
    redirect,
    rubbish,
    truncated,
)
from watcher.model.errors import RegistryError, Trouble
from watcher.model.reference import ImageRef
from watcher.registry import http_client
from watcher.registry.client import Descriptor, Registry
from watcher.registry.login import Login

NO_DIGEST = "sha256:" + "0" * 64


async def test_a_tag_is_asked_for_by_one_head(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")

    assert await client.head(app(bad)) == Descriptor(digest, MANIFEST)
    assert bad.asked() == ["HEAD /v2/app/manifests/1"]
    accepted = bad.requests[0].headers["accept"]
    assert {MANIFEST, INDEX} <= set(accepted.split(", "))
    assert "application/vnd.docker.distribution.manifest.list.v2+json" in accepted
    assert "application/vnd.docker.distribution.manifest.v2+json" in accepted


async def test_an_index_is_known_as_one(client: Registry, bad: BadRegistry) -> None:
    bad.serve("app", "1", kind=INDEX)
    bad.serve("app", "2")

    assert (await client.head(app(bad))).is_index
    assert not (await client.head(app(bad, "2"))).is_index


async def test_a_digest_can_be_asked_for_too(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")

    assert (await client.head(ImageRef(bad.address, "app", "", digest))).digest == digest
    assert bad.asked() == [f"HEAD /v2/app/manifests/{digest}"]


async def test_a_digest_that_head_does_not_tell_is_made_of_the_manifest(
    client: Registry, bad: BadRegistry
) -> None:
    digest = bad.serve("app", "1", kind=INDEX)
    bad.lie("app", "1", digest=None)

    assert await client.head(app(bad)) == Descriptor(digest, INDEX)


async def test_a_registry_without_head_is_asked_by_get(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")
    bad.on("^HEAD ", answer(405))

    assert (await client.head(app(bad))).digest == digest


@pytest.mark.parametrize(
    "behaviour",
    [
        *(answer(status) for status in (204, 302, 400, 401, 403, 404, 405, 410, 500, 501, 503)),
        *(cut, rubbish, page, redirect("http://[/")),
    ],
)
async def test_what_head_is_refused_is_asked_for_by_get(
    client: Registry, bad: BadRegistry, behaviour: Behaviour
) -> None:
    """As Nexus and others do; `docker pull` works there too."""
    digest = bad.serve("app", "1")
    bad.on("^HEAD ", behaviour)

    assert await client.head(app(bad)) == Descriptor(digest, MANIFEST)
    assert list(dict.fromkeys(bad.asked())) == ["HEAD /v2/app/manifests/1", "GET /v2/app/manifests/1"]


async def test_a_registry_that_wants_no_more_requests_gets_no_get(client: Registry, bad: BadRegistry) -> None:
    bad.serve("app", "1")
    bad.on("^HEAD ", answer(429, Retry_After="7"))

    assert (await refused(client, app(bad))).retry_after == 7.0
    assert bad.asked() == ["HEAD /v2/app/manifests/1"]


async def test_a_login_that_was_refused_is_not_shown_again(
    client: Registry, bad: BadRegistry, logins: Logins
) -> None:
    bad.serve("app", "1")
    bad.on("^HEAD ", answer(401, WWW_Authenticate="Basic realm=x"))
    logins.now[bad.address] = Login("user", "wrong")

    assert (await refused(client, app(bad))).trouble is Trouble.BAD_LOGIN
    assert bad.asked() == ["HEAD /v2/app/manifests/1"] * 2


async def test_only_the_refusal_of_get_is_believed(client: Registry, bad: BadRegistry) -> None:
    bad.on("^HEAD ", answer(404))
    bad.on("^GET ", answer(403, "not yours"))

    error = await refused(client, app(bad))

    assert error.trouble is Trouble.FORBIDDEN
    assert "not yours" in str(error)


@pytest.mark.parametrize(
    "digest", ["sha256:abc", "md5:" + "0" * 64, "x\tsha256:" + "0" * 64, NO_DIGEST.upper()]
)
async def test_a_digest_that_is_none_is_not_believed(client: Registry, bad: BadRegistry, digest: str) -> None:
    bad.serve("app", "1")
    bad.lie("app", "1", digest=digest)

    assert (await refused(client, app(bad))).trouble is Trouble.GARBAGE


async def test_a_manifest_is_fetched_by_its_digest(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1", {"schemaVersion": 2, "config": {"digest": NO_DIGEST}})

    assert (await client.manifest(app(bad), digest))["config"] == {"digest": NO_DIGEST}


async def test_a_manifest_of_another_digest_is_refused(client: Registry, bad: BadRegistry) -> None:
    digest, other = bad.serve("app", "1"), bad.serve("app", "2")
    bad.on(digest, lambda _: Reply(200, b'{"schemaVersion": 2}', {"Content-Type": MANIFEST}))

    with pytest.raises(RegistryError, match="lies about its digest") as caught:
        await client.manifest(app(bad), digest)
    assert caught.value.trouble is Trouble.GARBAGE
    assert await client.manifest(app(bad), other)


async def test_a_header_that_lies_of_what_came_is_refused(client: Registry, bad: BadRegistry) -> None:
    bad.serve("app", "1")
    bad.lie("app", "1", digest=NO_DIGEST)
    bad.on("^HEAD ", answer(405))

    assert "lies about its digest" in str(await refused(client, app(bad)))


async def test_a_head_of_a_digest_that_tells_another_is_refused(client: Registry, bad: BadRegistry) -> None:
    digest = bad.serve("app", "1")
    bad.lie("app", digest, digest=NO_DIGEST)

    assert "lies about its digest" in str(await refused(client, ImageRef(bad.address, "app", "", digest)))


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"[]", b"null", b"{}", b'{"schemaVersion": 1}', b"\xff\xfe", b""]
)
async def test_what_is_no_manifest_is_refused(client: Registry, bad: BadRegistry, body: bytes) -> None:
    digest = bad.serve("app", "1", body)

    with pytest.raises(RegistryError, match="is no image manifest") as caught:
        await client.manifest(app(bad), digest)
    assert caught.value.trouble is Trouble.GARBAGE


async def test_a_login_page_is_no_digest(client: Registry, bad: BadRegistry) -> None:
    """Each answer of a captive portal may differ: it must never look like a new image."""
    bad.on("", page)

    error = await refused(client, app(bad))
    assert error.trouble is Trouble.GARBAGE
    assert "text/html" in str(error)


@pytest.mark.parametrize(
    ("behaviour", "trouble", "words"),
    [
        (answer(403), Trouble.FORBIDDEN, "403 Forbidden"),
        (answer(404), Trouble.NOT_FOUND, "404 Not Found"),
        (answer(401), Trouble.FORBIDDEN, "401 Unauthorized; it was asked without a login"),
        (answer(429), Trouble.TOO_MANY, "429 Too Many Requests"),
        (answer(500), Trouble.BROKEN, "500 Internal Server Error"),
        (answer(503), Trouble.BROKEN, "503 Service Unavailable"),
        (answer(599), Trouble.BROKEN, "599"),
        (answer(400), Trouble.OTHER, "400 Bad Request"),
        (answer(204), Trouble.GARBAGE, "204 No Content"),
        (answer(302), Trouble.GARBAGE, "302 Found"),
        (redirect("/"), Trouble.NOT_FOUND, "404 Not Found"),
        (redirect("ftp://127.0.0.1/"), Trouble.GARBAGE, "redirects from http to ftp"),
        (redirect("http://[/"), Trouble.GARBAGE, "not HTTP"),
        (rubbish, Trouble.GARBAGE, "not HTTP"),
        (cut, Trouble.UNREACHABLE, "broke off"),
    ],
)
async def test_each_refusal_is_told_by_name(
    client: Registry, bad: BadRegistry, behaviour: Behaviour, trouble: Trouble, words: str
) -> None:
    bad.on("/v2/", behaviour)

    error = await refused(client, app(bad))

    assert error.trouble is trouble
    assert str(error).startswith(f"cannot ask {bad.address} for {bad.address}/app:1: ")
    assert words in error.message
    assert error.advice


async def test_a_body_that_never_ends_is_not_read_to_its_end(client: Registry, bad: BadRegistry) -> None:
    bad.on("^HEAD ", answer(405))
    bad.on("^GET ", endless)

    error = await refused(client, app(bad))
    assert "more than 4 MiB" in error.message
    assert error.trouble is Trouble.GARBAGE


async def test_an_error_that_never_ends_is_that_error(client: Registry, bad: BadRegistry) -> None:
    bad.on("^HEAD ", answer(405))
    bad.on("^GET ", lambda request: endless(request)._replace(status=503))

    assert (await refused(client, app(bad))).trouble is Trouble.BROKEN


async def test_a_body_that_breaks_off_is_told(client: Registry, bad: BadRegistry) -> None:
    bad.on("^HEAD ", answer(405))
    bad.on("^GET ", truncated)

    assert (await refused(client, app(bad))).trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "waits"), [("7", 7.0), ("0", 0.0), ("soon", None), ("٣", None), ("9" * 400, None)]
)
async def test_the_time_that_a_registry_asks_for_is_passed_on(
    client: Registry, bad: BadRegistry, status: int, said: str, waits: float | None
) -> None:
    bad.on("/v2/", answer(status, Retry_After=said.encode().decode("latin-1")))

    assert (await refused(client, app(bad))).retry_after == waits


async def test_the_time_may_be_a_date(client: Registry, bad: BadRegistry) -> None:
    bad.on("/v2/app/", answer(429, Retry_After=formatdate(time() + 3600, usegmt=True)))
    bad.on("/v2/old/", answer(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"))

    assert 3000 < ((await refused(client, app(bad))).retry_after or 0) <= 3600
    assert (await refused(client, app(bad, name="old"))).retry_after == 0.0


async def test_the_registrys_own_words_are_quoted_cut_and_cleaned(client: Registry, bad: BadRegistry) -> None:
    bad.on("^HEAD ", answer(405))
    bad.on("^GET ", answer(404, "no\x1b[31m such\nthing " + "x" * 1000))

    message = (await refused(client, app(bad))).message
    assert "no [31m such thing" in message
    assert message.count("x") < 200


async def test_silence_has_an_end(
    client: Registry, bad: BadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "REQUEST_LIMIT_S", 0.5)
    bad.on("", Hang())

    error = await refused(client, app(bad))
    assert error.trouble is Trouble.NO_ANSWER
    assert "did not answer within 0.5 s" in error.message


async def test_a_question_can_be_cancelled(client: Registry, bad: BadRegistry) -> None:
    hang = Hang()
    bad.on("", hang)
    task = asyncio.create_task(client.head(app(bad)))
    await asyncio.to_thread(hang.reached.wait)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
