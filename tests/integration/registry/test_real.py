"""A registry as people run it."""

from tests.integration.registry.conftest import Logins, refused, upload
from tests.testbed.badregistry import BadRegistry, answer
from tests.testbed.engine import PrivateEngine
from tests.testbed.registry import PrivateRegistry
from watcher.model.errors import Trouble
from watcher.model.reference import ImageRef
from watcher.registry.client import Registry
from watcher.registry.login import Login

USER = Login("user", "pass:word")


async def test_a_real_registry_is_asked_once(client: Registry, registry: PrivateRegistry) -> None:
    digest = upload(registry)
    before = len(registry.requests())

    found = await client.head(ImageRef(registry.address, "app", "1"))

    assert found.digest == digest
    assert [(r.method, r.path, r.status) for r in registry.requests()[before:]] == [
        ("HEAD", "/v2/app/manifests/1", 200)
    ]
    assert (await client.manifest(ImageRef(registry.address, "app", "1"), digest))["schemaVersion"] == 2


async def test_a_real_registry_with_a_password_is_asked_twice_the_first_time(
    client: Registry, logins: Logins
) -> None:
    with PrivateRegistry(user="user", password="pass:word") as private:  # noqa: S106 - of the test
        digest = upload(private, USER)
        logins.now[private.address] = USER
        before = len(private.requests())

        for _ in range(2):
            assert (await client.head(ImageRef(private.address, "app", "1"))).digest == digest
        assert [request.status for request in private.requests()[before:]] == [401, 200, 200]
        logins.now[private.address] = Login("user", "wrong")
        assert (await refused(client, ImageRef(private.address, "app", "1"))).trouble is Trouble.BAD_LOGIN


async def test_a_real_registry_says_what_it_does_not_have(
    client: Registry, registry: PrivateRegistry
) -> None:
    error = await refused(client, ImageRef(registry.address, "nothing", "1"))

    assert error.trouble is Trouble.NOT_FOUND


def test_an_engine_can_be_refused_by_the_bed(engine: PrivateEngine, bad: BadRegistry) -> None:
    """What the bed's registry does is what engines are told, too."""
    bad.on("/v2/app/", answer(429, "too many of you"))

    said = engine.docker("pull", f"{bad.address}/app:1", check=False)

    assert "too many of you" in said or "429" in said
    assert "HEAD /v2/app/manifests/1" in bad.asked()
