"""Labels, names and references are strangers': whatever they hold ends nothing and steers nobody else."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.contexts import idle_context
from tests.unit.dependencies.test_order import after, row, service
from watcher.check.own_labels import doubts, foreign
from watcher.check.verdict import Status, compare, digests, followed, is_built_here
from watcher.config.policy import Policy
from watcher.dependencies.addresses import needs, taken
from watcher.dependencies.engine_access import doors, given_the_socket
from watcher.dependencies.namespaces import dependents
from watcher.dependencies.order import Order
from watcher.host.inventory import cut_short, followed_tag, opted_in, wanting
from watcher.model.errors import Trouble, UnreadableSetting
from watcher.model.inspection import reference_of
from watcher.model.labels import (
    COMPOSE_NUMBER,
    DEPENDS_ON,
    ENABLE,
    LABEL_PREFIX,
    REFERENCE,
    SPARE_OF,
    is_one_off,
)
from watcher.model.quoting import cut
from watcher.model.reference import names
from watcher.recovery.state import scenes
from watcher.update.sequencer import oddities
from watcher.update.steps.planning import plan

Json = dict[str, Any]

# A text of 5000 digits is long when it is told of.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

CID, IMAGE = "f" * 64, "sha256:" + "e" * 64
CONTEXT = idle_context()
NASTY = (
    "9" * 5000, "-1", "²", "\u0661", "???", "../containers/json?all=1", "a@b", "@", ":", "sha256:", "f" * 64,
    "\x1b]0;owned\x07", "\ud800", "\n", " ", "True", "container:", "web.ctr-updater-new-r-000000000000",
    "db:service_healthy:true", "1h" * 3000, "9" * 5000 + "d", "* * * * * *", "9" * 5000 + " * * * *",
    "<none>:<none>", "::", "%s%n", "{}", "[]", "null",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
COMPOSE = [f"com.docker.compose.{key}" for key in ("project", "service", "oneoff", "depends_on", "image")]
OURS = [
    f"{LABEL_PREFIX}{key.replace('_', '-')}" for key in (*Policy.__annotations__, "scedule", "x" * 3000, "")
]
KEYS = st.one_of(
    st.sampled_from([COMPOSE_NUMBER, REFERENCE, SPARE_OF, ENABLE, DEPENDS_ON, *COMPOSE, *OURS]), TEXTS
)
LABELS = st.dictionaries(KEYS, TEXTS, max_size=6)


@st.composite
def hostile_rows(draw: st.DrawFn) -> Json:
    """A row of the list whose every text is a stranger's; shapes and ids are the engine's."""
    return {
        "Id": CID,
        "Names": draw(st.one_of(st.none(), st.just(["/stranger"]), st.just(["/a/b", "/stranger"]))),
        "Image": draw(TEXTS),
        "ImageID": IMAGE,
        "State": "running",
        "Labels": draw(st.one_of(st.none(), LABELS)),
        "HostConfig": {"NetworkMode": draw(TEXTS)},
        "NetworkSettings": {"Networks": {draw(TEXTS): {"Aliases": [draw(TEXTS)], "NetworkID": draw(TEXTS)}}},
        "Mounts": [{"Source": draw(TEXTS), "Destination": draw(TEXTS)}],
        "Ports": [],
    }


@st.composite
def hostile_inspects(draw: st.DrawFn) -> Json:
    """The same as inspected."""
    host = {key: draw(TEXTS) for key in ("NetworkMode", "PidMode", "IpcMode")}
    port = {"HostIp": draw(TEXTS), "HostPort": draw(TEXTS)}
    networks = {draw(TEXTS): {"IPAMConfig": {"IPv4Address": draw(TEXTS)}}}
    return {
        "Id": CID,
        "Name": "/stranger",
        "Image": IMAGE,
        "Config": {"Image": draw(TEXTS), "Labels": draw(st.one_of(st.none(), LABELS))},
        "HostConfig": host | {"Links": [draw(TEXTS)], "PortBindings": {draw(TEXTS): [port]}},
        "State": {"Status": "running", "Running": True},
        "NetworkSettings": {"Networks": networks},
    }


IMAGES = st.builds(
    lambda tag, digest: {"Id": IMAGE, "RepoTags": [tag, "app:1"], "RepoDigests": [digest]}, TEXTS, TEXTS
)
FAMILY = [after("web", "db"), row("db"), service("srv", number=1), service("srv", number=2)]


@given(hostile_rows())
@example(row("stranger", {COMPOSE_NUMBER: "9" * 5000, "com.docker.compose.service": "srv"}))
def test_no_container_changes_the_order_of_others(stranger: Json) -> None:
    order = Order.of([stranger, *FAMILY])
    alone = Order.of(FAMILY)

    for each in ("web", "db", "shop-srv-1", "shop-srv-2"):
        assert order.needs(each) - {"stranger"} == alone.needs(each)
    assert all(isinstance(line, str) for line in oddities(order))


@pytest.mark.parametrize("text", ["9" * 5000, "²", "-1", "one"])
def test_a_number_that_cannot_be_read_counts_as_not_said_and_is_reported(text: str) -> None:
    order = Order.of(
        [
            row("web", {COMPOSE_NUMBER: text}),
            row("db", {COMPOSE_NUMBER: "2"}),
            row("lone", {COMPOSE_NUMBER: ""}),
        ]
    )

    assert order.unnumbered == ("web",)
    assert [line.partition(" ")[0] for line in oddities(order)] == ["web"]


@given(hostile_rows())
def test_no_container_keeps_others_from_being_found(stranger: Json) -> None:
    stale = {"Id": "a", "Names": ["/stale"], "Image": IMAGE, "ImageID": IMAGE, "Labels": {ENABLE: "true"}}
    stale["State"] = "running"
    rows = [stranger, stale]

    assert "stale" in wanting(rows, CONTEXT.readable_policy)
    assert stale in opted_in(rows, None)
    assert "stale" not in cut_short(rows)
    assert "stale" not in scenes(rows)
    assert "stale" not in doors(rows, "http://proxy:2375")
    assert "stale" not in given_the_socket(rows, "/var/run/docker.sock")
    assert [name for name, _ in doubts(rows, None) if name == "stale"] == []
    assert not taken({"Id": "b", "NetworkSettings": {"Networks": {"n": {}}}}, rows)


@given(hostile_rows())
def test_what_a_row_says_is_read_or_not_said(stranger: Json) -> None:
    policy = CONTEXT.readable_policy(stranger)

    assert policy is None or isinstance(policy, Policy)
    assert is_one_off(stranger["Labels"]) in {True, False}
    assert isinstance(followed_tag(stranger, str(stranger["Image"])), str | None)


def refused(labels: dict[str, str]) -> str:
    """Why labels cannot be read; empty where they can."""
    try:
        Policy().with_labels(labels)
    except UnreadableSetting as error:
        return str(error)
    return ""


@given(LABELS)
def test_a_label_is_read_or_refused_in_one_line(labels: dict[str, str]) -> None:
    line = refused(labels)

    assert line.isprintable()
    assert not line or any(name in line or repr(cut(name))[1:-1] in line for name in labels)


@given(LABELS, LABELS)
def test_labels_of_an_image_are_told_from_a_containers_own(
    labels: dict[str, str], image: dict[str, str]
) -> None:
    assert foreign(labels, image, {IMAGE}) <= labels.keys()


@given(hostile_inspects(), st.one_of(st.none(), IMAGES))
def test_a_reference_that_cannot_be_read_is_never_current(container: Json, image: Json) -> None:
    verdict = compare(container, image)

    if verdict.status is Status.CURRENT:
        assert followed(container, image) or verdict.reason.startswith("pinned")
    assert verdict.reason.isprintable()


@pytest.mark.parametrize("text", ["???", "../containers/json", "a@b", "@", "", "sha256:???", "d" * 64])
def test_a_container_whose_reference_is_none_is_unknown(text: str) -> None:
    verdict = compare({"Image": IMAGE, "Config": {"Image": text}}, None)

    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, f"{text!r} is no image reference")


@pytest.mark.parametrize("text", ["???", "../containers/json", "a b"])
def test_a_label_that_holds_no_reference_counts_as_not_there(text: str) -> None:
    container = {"Image": IMAGE, "Config": {"Image": IMAGE, "Labels": {REFERENCE: text}}}

    assert reference_of(container) == IMAGE


@given(IMAGES)
def test_whatever_an_image_is_called_its_own_tag_is_found(image: Json) -> None:
    assert "docker.io/library/app:1" in names(image["RepoTags"])
    assert IMAGE in digests(image)
    ref = followed({"Image": IMAGE, "Config": {"Image": "app:1"}}, image)
    assert ref
    assert is_built_here(image, ref, Trouble.NOT_FOUND) in {True, False}


@given(hostile_inspects())
def test_a_container_is_planned_whatever_it_is_called_and_holds(container: Json) -> None:
    assert str(plan(container, "change")).startswith("stranger: change")
    assert isinstance(dependents(CID, [container]), tuple)
    assert needs([container]).excludes(needs([])) is False
