"""Up to date is whoever runs the image that its own reference means now, and by its id alone."""

import pytest

from tests.integration.apps import current, outdated, published
from tests.testbed.cli import Commands
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine

DOCKERFILE = 'FROM scratch\nCOPY busybox page /\nENTRYPOINT ["/busybox", "sleep", "600"]\n'


def test_an_older_image_under_the_tag_is_an_update_as_well(cli: Commands, stack: Stack) -> None:
    web = current(stack, created="2025-01-01T00:00:00Z")
    stack.image(web.image, marker="older", created="2020-01-01T00:00:00Z")

    assert cli("ctr-updater", web.name).code == 1


def test_load_that_moves_the_tag_is_seen_and_undone_by_a_tag(cli: Commands, stack: Stack) -> None:
    """`docker load` moves tags without a word; the second load of the test's images is one."""
    web = outdated(stack)
    assert cli("ctr-updater", web.name).code == 1

    stack.tag(web.old, web.image)

    assert cli("ctr-updater", web.name).code == 0


def test_another_tag_of_the_same_repository_is_no_update(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.image(web.image.replace(":1", ":2"), marker="new")

    assert cli("ctr-updater", web.name).code == 0


@pytest.mark.parametrize("builder", ["classic", "buildkit"])
def test_a_rebuild_is_an_update_exactly_where_something_changed(
    cli: Commands, stack: Stack, builder: str
) -> None:
    app, web = stack.name("built"), stack.name("web")
    options = {"builder": builder, "arguments": () if builder == "classic" else ("--provenance=false",)}
    if stack.engine.version == "20.10":
        options["arguments"] = ()
    stack.build(app, DOCKERFILE, context={"page": "one"}, **options)
    stack.run(app, name=web)

    stack.build(app, DOCKERFILE, context={"page": "one"}, **options)
    assert cli("ctr-updater", web).code == 0

    stack.build(app, DOCKERFILE, context={"page": "two"}, **options)
    assert cli("ctr-updater", web).code == 1


def test_a_tag_that_is_gone_is_unknown_and_never_current(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.tag(web.image, stack.name("kept"))
    stack.engine.docker("rmi", web.image)

    done = cli("ctr-updater", web.name)

    assert (done.code, done.out) == (5, "")
    assert done.err == f"{web.name}: unknown: {web.image} is not in the local image cache\n"


def test_a_tag_that_is_gone_is_no_update_to_carry_out(cli: Commands, stack: Stack) -> None:
    web = current(stack)
    stack.tag(web.image, stack.name("kept"))
    stack.engine.docker("rmi", web.image)

    done = cli("ctr-updater", "--autoupdate", web.name)

    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
    assert stack.inspect(web.name)["Id"] == web.cid


@pytest.mark.parametrize("tagged", [False, True])
def test_pinned_by_digest_is_current_whatever_the_tag_does(
    cli: Commands, stack: Stack, registry: PrivateRegistry, tagged: bool
) -> None:
    seed = published(stack, registry)
    stack.engine.docker("push", seed.image)
    repository = seed.image.rpartition(":")[0]
    digests = stack.engine.api("GET", f"/images/{seed.image}/json")[1]["RepoDigests"]
    digest = next(entry for entry in digests if entry.startswith(f"{repository}@")).rpartition("@")[2]
    pinned = f"{seed.image if tagged else repository}@{digest}"
    stack.run(pinned, name=stack.name("pinned"))
    stack.image(seed.image, marker="newest")
    stack.engine.docker("push", seed.image)

    assert cli("ctr-updater", stack.name("pinned")).code == 0
    assert cli("ctr-updater", "--pull", stack.name("pinned")).code == 0


@pytest.mark.parametrize("form", ["{full}", "{hex}", "{hex:.12}", "{hex:.6}", "sha256:{hex:.12}"])
def test_started_by_id_is_current_whatever_its_tags_do(cli: Commands, stack: Stack, form: str) -> None:
    app, web = stack.name("app:1"), stack.name("web")
    full = stack.image(app, marker="old")
    stack.run(form.format(full=full, hex=full.removeprefix("sha256:")), name=web)
    stack.image(app, marker="new")

    assert cli("ctr-updater", web).code == 0
    assert cli("ctr-updater", "--pull", web).code == 0


def test_a_name_that_looks_like_an_id_is_followed_as_a_name(cli: Commands, stack: Stack) -> None:
    stack.image("cafe", marker="old")
    stack.run("cafe", name=stack.name("web"))
    assert cli("ctr-updater", stack.name("web")).code == 0

    stack.image("cafe", marker="new")
    assert cli("ctr-updater", stack.name("web")).code == 1

    stack.tag("cafe", stack.name("kept"))
    stack.engine.docker("rmi", "cafe")
    assert cli("ctr-updater", stack.name("web")).code == 5


def test_a_name_that_is_the_beginning_of_the_own_image_id_is_followed_as_a_name(
    cli: Commands, stack: Stack
) -> None:
    prefix = stack.image(stack.name("seed")).removeprefix("sha256:")[:5]
    stack.tag(stack.name("seed"), prefix)
    stack.run(prefix, name=stack.name("web"))
    stack.image(prefix, marker="new")

    assert cli("ctr-updater", stack.name("web")).code == 1


@pytest.mark.parametrize(
    "typed", ["{}", "{}:latest", "docker.io/library/{}", "library/{}:latest", "index.docker.io/library/{}"]
)
def test_however_the_reference_was_typed_its_tag_is_followed(cli: Commands, stack: Stack, typed: str) -> None:
    app, web = stack.name("app"), stack.name("web")
    stack.image(app, marker="old")
    stack.run(typed.format(app), name=web)
    assert cli("ctr-updater", web).code == 0

    stack.image(app, marker="new")

    assert cli("ctr-updater", web).code == 1


def test_an_image_that_was_removed_by_force_leaves_the_verdict_to_the_tag(
    cli: Commands, stack: Stack
) -> None:
    """The old image is gone altogether, and the container runs on."""
    web = outdated(stack)
    stack.engine.docker("stop", web.name)
    stack.engine.docker("rmi", "-f", web.old)

    assert cli("ctr-updater", web.name).code == 1


def test_a_stopped_container_is_judged_as_a_running_one(cli: Commands, stack: Stack) -> None:
    web = outdated(stack)
    stack.engine.docker("stop", web.name)

    assert cli("ctr-updater", web.name).code == 1


def test_an_index_that_changed_in_its_attestation_alone_is_no_update_where_the_engine_tells(
    cli: Commands, stack: Stack
) -> None:
    """A cached BuildKit rebuild gives a new index each time on the containerd store alone."""
    app, web = stack.name("built"), stack.name("web")
    stack.build(app, DOCKERFILE, context={"page": "one"})
    stack.run(app, name=web)
    before = stack.image_id(app)

    stack.build(app, DOCKERFILE, context={"page": "one"})

    assert (stack.image_id(app) != before) == stack.engine.containerd_store
    assert cli("ctr-updater", web).code == 0
