"""What one list call tells of the containers that opted in."""

import pytest

from tests.unit.contexts import idle_context
from tests.unit.rows import IMAGE_ID as OLD
from tests.unit.rows import row
from watcher.host.inventory import cut_short, followed_tag, in_scope, opted_in, wanting
from watcher.model.helper import helper_name
from watcher.model.labels import ENABLE, HELPER_OF, HELPER_TARGET
from watcher.model.watchtower import SCOPE

READ = idle_context().readable_policy


@pytest.mark.parametrize(
    ("value", "is_in"),
    [("true", True), (" true", True), ("false", False), (" false ", False), ("yes", True), ("", False)],
)
def test_who_opted_in_is_in_and_so_is_who_cannot_be_read(value: str, is_in: bool) -> None:
    assert bool(opted_in([row(enable=value)], None)) is is_in


def test_where_all_are_watched_only_who_opts_out_is_not_in() -> None:
    unlabelled = row("plain") | {"Labels": None}
    rows = [unlabelled, row("out", enable="false"), row("empty", enable=""), row("odd", enable="yes")]

    names = [each["Names"][0] for each in opted_in(rows, None, every=True)]

    assert names == ["/plain", "/empty", "/odd"]


def test_where_all_are_watched_what_an_orchestrator_runs_is_in_only_if_it_says_so() -> None:
    task = {"com.docker.swarm.task.id": "x"}
    unlabelled, labelled = row("a") | {"Labels": task}, row("b") | {"Labels": task | {ENABLE: "true"}}

    assert opted_in([unlabelled, labelled], None, every=True) == [labelled]


def test_a_job_of_a_compose_run_is_not_in_whatever_its_label_says() -> None:
    web, job = row("web"), row("web-run-1")
    job["Labels"] = web["Labels"] | {"com.docker.compose.oneoff": "True"}

    assert opted_in([web, job], None) == opted_in([web, job], None, every=True) == [web]


@pytest.mark.parametrize(
    ("own", "names"),
    [({}, {"a", "b", "c"}), ({SCOPE: "prod"}, {"a"}), ({SCOPE: "none"}, {"c"})],
    ids=["no scope", "a scope", "none"],
)
def test_the_own_containers_scope_is_the_one_that_is_followed(own: dict[str, str], names: set[str]) -> None:
    me, rows = row("me"), [row("a"), row("b"), row("c")]
    me["Labels"], rows[0]["Labels"][SCOPE], rows[1]["Labels"][SCOPE] = own, "prod", "test"

    found = in_scope(rows, [me, *rows], me["Id"])

    assert {each["Names"][0].strip("/") for each in found} == names


def test_the_own_container_is_in_where_it_opted_in() -> None:
    assert opted_in([row("me"), row("web")], "mememe") == [row("me"), row("web")]


def test_where_all_are_watched_the_own_container_is_in_only_if_it_says_so() -> None:
    me = row("me") | {"Labels": {}}

    assert opted_in([me, row("web")], "mememe", every=True) == [row("web")]


def test_a_helper_is_never_in() -> None:
    labels = {HELPER_OF: "a" * 64, HELPER_TARGET: "b" * 64}
    called = row(helper_name("me", "a" * 64, "b" * 64))
    helper = called | {"State": "running", "Labels": labels | {ENABLE: "true"}}

    assert opted_in([helper], None, every=True) == []


def test_who_runs_what_its_reference_means_wants_nothing() -> None:
    assert wanting([row()], READ) == set()


def test_who_shows_a_bare_id_wants_a_look() -> None:
    assert wanting([row(image=OLD)], READ) == {"web"}


def test_who_has_a_label_that_cannot_be_read_wants_a_look() -> None:
    assert wanting([row(mode="monitor")], READ) == {"web"}


@pytest.mark.parametrize("kind", ["new", "old"])
def test_an_update_that_was_cut_short_is_told_by_the_containers_own_name(kind: str) -> None:
    rows = [row(), row(f"web.ctr-updater-{kind}-r-{'0' * 12}", image=OLD), row("db")]

    assert cut_short(rows) == {"web"}
    assert wanting(rows, READ) == set()


def test_a_users_own_old_one_is_not_taken_for_ours() -> None:
    assert wanting([row("web_old", image=OLD)], READ) == {"web_old"}


@pytest.mark.parametrize(
    ("reference", "tag"),
    [
        ("web", "web"),
        ("web:1", "web:1"),
        ("host:5000/a/b:1", "host:5000/a/b:1"),
        (OLD, None),
        (f"web@{OLD}", None),
        (f"web:1@{OLD}", None),
        ("a" * 64, None),
        ("aaaaaaaaaaaa", None),
        ("cafe", "cafe"),
    ],
)
def test_the_tag_that_is_followed(reference: str, tag: str | None) -> None:
    assert followed_tag(row(), reference) == tag


def test_a_tag_of_ours_that_keeps_an_image_is_followed_by_nobody() -> None:
    assert followed_tag(row(), "ctr-updater/kept:abababababab") is None


@pytest.mark.parametrize(
    ("own", "title", "command", "is_in"),
    [
        ("another", "ctr-updater", "watcher run", False),
        ("another", "ctr-updater", "/usr/bin/ctr-updater watcher run", False),
        ("another", "ctr-updater", "/usr/bin/ctr-updater web", True),
        ("another", "nginx", "nginx run", True),
        ("webwebweb", "ctr-updater", "watcher run", True),
        (None, "ctr-updater", "watcher run", True),
    ],
    ids=["beside", "by the image's command", "no daemon", "no updater", "itself", "from outside"],
)
@pytest.mark.parametrize("every", [True, False])
def test_an_updater_leaves_another_one_alone(
    own: str | None, title: str, command: str, *, is_in: bool, every: bool
) -> None:
    found = row() | {"Command": command}
    found["Labels"] |= {"org.opencontainers.image.title": title}

    assert bool(opted_in([found], own, every=every)) is is_in
