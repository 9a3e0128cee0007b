"""What is a container's own, and what only its image says."""

from typing import Any

import pytest

from watcher.check.own_labels import doubts, foreign, remarks
from watcher.check.watchtower_labels import WatchtowerLabels
from watcher.model.watchtower import COUNTS, PREFIX

IMAGE = f"sha256:{'a' * 64}"
COMPOSE = "com.docker.compose."
OPTED_IN = {"ctr-updater.enable": "true"}


def composes(**more: str) -> dict[str, str]:
    """Labels that Compose gives to a container."""
    given = {"project": "p", "service": "s", "oneoff": "False", "config-hash": "h"}
    return {f"{COMPOSE}{key}": value for key, value in (given | more).items()}


@pytest.mark.parametrize(
    "label",
    ["ctr-updater.enable", "ctr-updater.reference", "ctr-updater.scheduel", "com.docker.swarm.task.id"],
)
def test_what_equals_the_images_is_the_images(label: str) -> None:
    assert foreign({label: "x", "other": "x"}, {label: "x", "other": "x"}, {IMAGE}) == {label}


@pytest.mark.parametrize("image", [{}, {"ctr-updater.enable": "false"}])
def test_what_differs_or_what_the_image_has_not_is_the_containers_own(image: dict[str, str]) -> None:
    assert foreign(OPTED_IN, image, {IMAGE}) == set()


def test_where_the_administrator_says_so_settings_count_but_not_what_we_write_ourselves() -> None:
    labels = OPTED_IN | {"ctr-updater.reference": "other:latest", "ctr-updater.spare-of": "x"}

    found = foreign(labels, labels, {IMAGE}, counts=True)

    assert found == {"ctr-updater.reference", "ctr-updater.spare-of"}


def test_composes_labels_of_an_image_alone_make_no_service_of_a_container() -> None:
    baked = composes(**{"container-number": "0", "image": f"sha256:{'b' * 64}"})

    assert foreign(baked, baked, {IMAGE}) == baked.keys()


@pytest.mark.parametrize(
    "own", [{f"{COMPOSE}image": IMAGE}, {f"{COMPOSE}image": "sha256:m"}, {f"{COMPOSE}config-hash": "mine"}]
)
def test_what_compose_built_and_made_keeps_the_labels_that_the_image_has_too(own: dict[str, str]) -> None:
    baked = composes()

    assert foreign(baked | own, baked, {IMAGE, "sha256:m"}) == set()


def test_watchtowers_labels_of_an_image_are_the_images_where_they_are_read() -> None:
    labels = {f"{PREFIX}enable": "true"}

    assert foreign(labels, labels, {IMAGE}) == set()
    assert foreign(labels, labels, {IMAGE}, reads=WatchtowerLabels.reads) == labels.keys()
    assert foreign(labels, labels, {IMAGE}, counts=True, reads=WatchtowerLabels.reads) == set()


def test_a_label_of_watchtowers_without_a_counterpart_is_named_where_they_count() -> None:
    odd = row(Labels={f"{PREFIX}git-repo": "x"})

    assert [*remarks(odd)] == []
    assert [*remarks(odd | {COUNTS: True})] == [
        f"labels of Watchtower's that have no counterpart here: '{PREFIX}git-repo'"
    ]


def row(name: str = "web", **more: Any) -> dict[str, Any]:
    return {"Id": name * 4, "Names": [f"/{name}"], "Labels": {}} | more


@pytest.mark.parametrize(
    ("labels", "line"),
    [
        ({"enabled": "true"}, "'ctr-updater.enabled' is not known - did you mean ctr-updater.enable?"),
        ({"mode": "notify"}, "it has ctr-updater.mode, but not ctr-updater.enable=true"),
        ({"mode": "x", "enable": ""}, "it has ctr-updater.mode, but not ctr-updater.enable=true"),
    ],
)
def test_who_has_labels_of_ours_and_did_not_opt_in_is_told(labels: dict[str, str], line: str) -> None:
    spelled = {f"ctr-updater.{key}": value for key, value in labels.items()}

    assert [*remarks(row(Labels=spelled))] == [f"it is not followed: {line}"]


@pytest.mark.parametrize(
    "labels",
    [
        None,
        {},
        {"ctr-updater.enable": "false", "ctr-updater.mode": "notify"},
        {"ctr-updater.mode": ""},
        {"ctr-updater.reference": "x"},
        OPTED_IN | {"ctr-updater.mode": "monitor"},  # which is said where it is tried
    ],
)
def test_of_others_there_is_nothing_to_be_said(labels: dict[str, str] | None) -> None:
    assert [*remarks(row(Labels=labels))] == []


def test_labels_of_the_image_are_said_escaped_and_not_by_the_hundred() -> None:
    baked = {f"ctr-updater.{number}": "\x1b[2J\n" + "x" * 9000 for number in range(100)}

    (line,) = remarks(row(LabelsOfImage=baked))

    assert "'ctr-updater.0=\\x1b[2J\\nxxx" in line
    assert line.isprintable()
    assert len(line) < 300


def test_the_own_container_jobs_and_open_updates_are_not_remarked_on() -> None:
    said = {"Labels": {"ctr-updater.mode": "notify"}}
    job = {"Labels": said["Labels"] | {f"{COMPOSE}oneoff": "True"}}
    rows = [row("web", **said), row("me", **said), row("job", **job)]
    rows += [row(f"web.ctr-updater-old-r-{'0' * 12}", **said)]

    assert [name for name, _ in doubts(rows, "me" * 4)] == ["web"]


def test_hooks_that_do_not_run_are_said_of_what_is_followed() -> None:
    hooked = row(Labels={"ctr-updater.enable": "true", "ctr-updater.hook.pre-update": '["true"]'})
    line = "hooks do not run, so ctr-updater.hook.pre-update has no effect - CTR_UPDATER_HOOKS=true lets them"

    assert [*remarks(hooked, hooks=False)] == [line]
    assert [*remarks(hooked, hooks=True)] == []
    assert [*remarks(row(Labels={"ctr-updater.enable": "true"}), hooks=False)] == []


def test_every_hook_that_does_not_run_is_named_and_not_one_of_them() -> None:
    pre, post = "ctr-updater.hook.pre-update", "ctr-updater.hook.post-update"
    hooked = row(Labels={"ctr-updater.enable": "true", pre: '["backup"]', post: '["true"]'})

    (line,) = remarks(hooked, hooks=False)

    assert line == (f"hooks do not run, so {post}, {pre} have no effect - CTR_UPDATER_HOOKS=true lets them")


def test_where_watchtowers_labels_count_its_hooks_are_named_and_ours_that_say_something_else() -> None:
    theirs = "com.centurylinklabs.watchtower.lifecycle.pre-update"
    pre, post = "ctr-updater.hook.pre-update", "ctr-updater.hook.post-update"
    said = {"ctr-updater.enable": "true", theirs: "backup", pre: '["sh", "-c", "backup"]', post: '["true"]'}

    (line,) = remarks(row(Labels=said) | {COUNTS: True}, hooks=False)

    assert line.startswith(f"hooks do not run, so {theirs}, {post} have no effect")
