"""Who may call, and what comes of it."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest

from tests.unit.web.listening import Listening, listening
from tests.unit.web.test_webhook_payloads import HUB, PLAIN
from watcher.model.reference import ImageRef
from watcher.web.tokens import BadListener
from watcher.web.webhooks import Hooks, Secret

PATH = "/api/v1/hooks/registry"
FOLLOWED = ImageRef.parse("svendowideit/testhook:latest")


@asynccontextmanager
async def called(secret: str = "s3cret") -> AsyncIterator[tuple[Listening, list[str]]]:  # noqa: S107 - the test's own
    told = list[str]()

    def ask(choose: Callable[[Iterable[ImageRef]], set[ImageRef]]) -> list[str]:
        told.extend(ref.familiar for ref in choose([FOLLOWED]))
        return told

    async with listening(more=Hooks(Secret(secret), ask).routes) as at:
        yield at, told


async def test_whoever_knows_the_secret_has_a_followed_tag_asked_for() -> None:
    async with (
        called() as (at, told),
        at.client.post(f"{at.url}{PATH}/s3cret", json=HUB) as response,
    ):
        assert (response.status, await response.json()) == (202, {"asked": ["svendowideit/testhook:latest"]})
        assert told == ["svendowideit/testhook:latest"]


async def test_a_tag_that_nobody_follows_is_not_asked_for() -> None:
    async with called() as (at, told), at.client.post(f"{at.url}{PATH}/s3cret", json=PLAIN) as response:
        assert (response.status, await response.json(), told) == (202, {"asked": []}, [])


@pytest.mark.parametrize("secret", ["wrong", "s3cret2", "S3cret", "%00", "s3cret%2F"])
async def test_a_wrong_secret_has_nothing_asked_for_and_is_not_said(secret: str) -> None:
    async with called() as (at, told), at.client.post(f"{at.url}{PATH}/{secret}", json=HUB) as response:
        assert (response.status, told) == (404, [])
        assert secret not in await response.text()


async def test_without_a_secret_there_is_no_webhook() -> None:
    async with called("") as (at, told):
        for secret in ("", "x", "%20"):
            assert await at.status(f"{PATH}/{secret}", "POST", b"{}") == 404
        assert told == []


async def test_wrong_secrets_are_limited_and_those_of_tokens_are_others() -> None:
    async with called() as (at, _):
        seen = [await at.status(f"{PATH}/wrong", "POST", b"{}") for _ in range(11)]
        assert seen == [404] * 10 + [429]
        assert await at.status(f"{PATH}/s3cret", "POST", b"{}") == 429
        assert await at.status("/read", Authorization="Bearer act-token") == 200


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff", 400), (b"", 202), (b"[" * 60000, 400), (b"1" * 65537, 413)]
)
async def test_a_body_is_small_json(body: bytes, status: int) -> None:
    async with called() as (at, told):
        assert await at.status(f"{PATH}/s3cret", "POST", body) == status
        assert (at.failures, told) == ([], [])


async def test_a_get_is_none() -> None:
    async with called() as (at, _):
        assert await at.status(f"{PATH}/s3cret") == 405


@pytest.mark.parametrize("text", ["a/b", "a b", "a?b", "ä", "a%20"])
def test_a_secret_that_cannot_stand_in_an_address_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(BadListener) as refused:
        Secret.of_environment({"CTR_UPDATER_HOOK_SECRET": text})

    assert text not in str(refused.value)
    assert "CTR_UPDATER_HOOK_SECRET" in str(refused.value)


def test_a_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(Secret("s3cret"))
