"""A pull that fails is unknown (5), never up to date, and changes nothing."""

import pytest

from tests.integration.apps import published, unpublished
from tests.integration.outcomes import without_progress
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


@pytest.mark.parametrize(
    "command",
    [
        ("ctr-updater", "--pull"),
        ("ctr-updater", "--pull", "--autoupdate"),
        ("watcher", "check", "--pull"),
        ("watcher", "update"),
    ],
)
def test_a_pull_from_a_registry_that_is_down_is_5_and_changes_nothing(
    cli: Commands, stack: Stack, command: tuple[str, ...]
) -> None:
    with PrivateRegistry() as private:
        web = published(stack, private)
    before = stack.inspect(web.name)

    done = cli(*command, web.name)

    assert (done.code, done.out) == (5, "")
    line = without_progress(done)
    assert line.startswith(f"cannot tell whether {web.image} has an update: ")
    assert line.count("\n") == 1
    assert stack.inspect(web.name) == before


def test_a_pull_that_asks_for_a_login_is_5(cli: Commands, stack: Stack) -> None:
    with PrivateRegistry(user="bob", password="secret") as private:  # noqa: S106 - the test's own registry
        reference = f"{private.address}/{stack.name('app:1')}"
        stack.image(reference)
        stack.run(reference, name=stack.name("web"))

        done = cli("ctr-updater", "--pull", stack.name("web"))

    assert (done.code, done.out) == (5, "")
    assert "login" in without_progress(done)


def test_a_local_image_that_no_registry_knows_is_5_when_pulled(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = unpublished(stack, registry)

    done = cli("ctr-updater", "--pull", web.name)

    assert (done.code, done.out) == (5, "")
    assert "not found" in without_progress(done) or "unknown" in without_progress(done)
    assert cli("ctr-updater", web.name).code == 0


def test_an_error_inside_a_pull_that_answered_200_is_5(
    cli: Commands, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry)
    for blob in (registry.directory / "data").rglob("blobs/sha256/*/*/data"):
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            blob.unlink()

    done = cli("ctr-updater", "--pull", web.name)

    assert (done.code, done.out) == (5, "")
    assert stack.image_id(web.image) == web.old
