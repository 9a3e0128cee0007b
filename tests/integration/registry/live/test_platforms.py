"""The tag's image of the container's own platform counts, whatever else an index holds."""

from typing import NamedTuple

import pytest

from tests.integration.apps import App
from tests.integration.daemon.apps import OPT_IN, is_replaced, is_untouched
from tests.integration.daemon.conftest import Start
from tests.integration.registry.live.apps import asked
from tests.integration.registry.live.indexes import Shelf
from tests.testbed.badregistry import BadRegistry
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")
HOWS = ("--remote", "--pull")


class Published(NamedTuple):
    """A repository whose tag `1` is an index, and the references of that and of our platform's manifest."""

    shelf: Shelf
    tag: str
    indexed: str
    ours: str


@pytest.fixture
def published(stack: Stack, registry: PrivateRegistry, front: BadRegistry) -> Published:
    """An index of two platforms, which the engine has not pulled yet."""
    name = stack.name("web-app")
    shelf, repository = Shelf(registry, name), f"{front.address}/{name}"
    ours = shelf.ours(stack, "old")
    index = shelf.index(shelf.other("old"), ours)
    return Published(shelf, f"{repository}:1", f"{repository}@{index}", f"{repository}@{ours['digest']}")


def running(stack: Stack, reference: str, *options: str) -> App:
    """Run a labelled container of a reference that the engine has."""
    cid = stack.run(reference, *OPT_IN, *options, name=stack.name("web"))
    return App(stack.name("web"), cid, reference, stack.image_id(reference))


def tells(stack: Stack) -> bool:
    """Whether the engine tells what is in an index, or does not name its images by it."""
    api = stack.engine.api("GET", "/version")[1]["ApiVersion"]
    return not stack.engine.containerd_store or tuple(map(int, api.split("."))) >= (1, 48)


@pytest.mark.parametrize("how", HOWS)
def test_an_index_that_moved_for_another_platform_only_is_no_update(
    cli: Commands, stack: Stack, published: Published, how: str
) -> None:
    stack.engine.docker("pull", published.tag)
    web = running(stack, published.tag)
    published.shelf.index(published.shelf.other("new"), published.shelf.ours(stack, "old"))

    result = cli("watcher", "check", how, web.name)

    assert result.code == (0 if tells(stack) or how == "--remote" else 1), result


@pytest.mark.parametrize("how", HOWS)
def test_an_index_that_moved_for_our_platform_is_an_update(
    cli: Commands, stack: Stack, published: Published, how: str
) -> None:
    stack.engine.docker("pull", published.tag)
    web = running(stack, published.tag)
    published.shelf.index(published.shelf.other("old"), published.shelf.ours(stack, "new"))

    assert cli("watcher", "check", how, web.name).code == 1


def test_the_daemon_replaces_nothing_for_another_platforms_sake(
    start: Start, stack: Stack, published: Published, front: BadRegistry
) -> None:
    if not tells(stack):
        pytest.skip("this engine does not tell what is in an index")
    stack.engine.docker("pull", published.tag)
    web = running(stack, published.tag)
    theirs = published.shelf.other("new")
    published.shelf.index(theirs, published.shelf.ours(stack, "old"))
    daemon = start("--interval", "1s")
    seen = len(asked(front, web))
    wait_until(lambda: len(asked(front, web)) > seen + 3, "further questions")
    untouched = is_untouched(stack, web)

    published.shelf.index(theirs, published.shelf.ours(stack, "new"))

    daemon.wait("container updated", container=web.name)
    assert untouched
    assert is_replaced(stack, web)


def test_nobody_is_told_of_an_update_of_another_platform(
    start: Start, stack: Stack, published: Published, front: BadRegistry
) -> None:
    stack.engine.docker("pull", published.tag)
    web = running(stack, published.tag, *NOTIFY)
    theirs = published.shelf.other("new")
    published.shelf.index(theirs, published.shelf.ours(stack, "old"))
    daemon = start("--interval", "1s")
    seen = len(asked(front, web))
    wait_until(lambda: len(asked(front, web)) > seen + 3, "further questions")
    said = daemon.about(web.name)

    published.shelf.index(theirs, published.shelf.ours(stack, "new"))

    daemon.wait("update available", container=web.name)
    assert said == []


def test_an_image_that_was_pulled_by_its_own_digest_is_found_in_the_index(
    cli: Commands, stack: Stack, published: Published
) -> None:
    """Its RepoDigests name the platform's manifest, and the tag means the index."""
    stack.engine.docker("pull", published.ours)
    stack.tag(published.ours, published.tag)
    web = running(stack, published.tag)

    current = cli("watcher", "check", "--remote", web.name)
    published.shelf.index(published.shelf.other("old"), published.shelf.ours(stack, "new"))
    outdated = cli("watcher", "check", "--remote", web.name)

    assert (current.code, outdated.code) == (0, 1)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("kind", ["digest", "tag-and-digest"])
def test_what_is_pinned_to_a_digest_is_up_to_date_and_asks_nobody(
    cli: Commands, stack: Stack, published: Published, front: BadRegistry, how: str, kind: str
) -> None:
    digest = published.indexed.partition("@")[2]
    reference = published.indexed if kind == "digest" else f"{published.tag}@{digest}"
    stack.engine.docker("pull", reference)
    web = running(stack, reference)
    published.shelf.index(published.shelf.ours(stack, "new"))
    before = len(asked(front, web))

    result = cli("watcher", "check", how, web.name)

    assert result.code == 0
    assert "pinned" in result.out
    assert len(asked(front, web)) == before


def test_an_index_that_has_nothing_for_our_platform_any_more_is_unknown(
    cli: Commands, stack: Stack, published: Published
) -> None:
    stack.engine.docker("pull", published.tag)
    web = running(stack, published.tag)
    published.shelf.index(published.shelf.other("new"))

    for how in HOWS:
        result = cli("watcher", "check", how, web.name)
        assert result.code == 5
        assert "linux/" in result.err
    assert is_untouched(stack, web)
