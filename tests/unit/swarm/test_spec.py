"""A service by what is asked of it, and the same with another image."""

import copy
from typing import Any

import pytest

from watcher.model.reference import ImageRef
from watcher.swarm.spec import Rollout, Service, pinned, updated

OLD, NEW = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
ROLLOUT = Rollout("1700000000-ab", NEW, OLD, 2)


def service(image: str = f"web:1@{OLD}", labels: dict[str, str] | None = None, **said: Any) -> Service:
    spec = {
        "Name": "web",
        "Labels": labels or {},
        "TaskTemplate": {"ContainerSpec": {"Image": image, "Unknown": {"a": 1}}},
        "Mode": {"Replicated": {"Replicas": 2}},
        "Later": "passes through",
    }
    return Service({"ID": "id", "Spec": spec, "Version": {"Index": 7}} | said)


def test_what_is_asked_most() -> None:
    found = service()

    assert (found.name, found.id, found.replicas, found.mode) == ("service/web", "id", 2, "Replicated")
    assert (str(found.tag), found.digest) == ("docker.io/library/web:1", OLD)
    assert (found.rollout, found.left, found.before, found.running) == (None, "", None, "")
    assert not found.is_job
    assert not found.is_going_back


@pytest.mark.parametrize(
    "image", ["web:1", "r.example/a/b:2", f"web:1@{OLD}", f"r.example:5000/a:x@{OLD}", "web"]
)
def test_a_tag_is_followed_with_the_digest_that_the_cli_adds(image: str) -> None:
    tag = service(image).tag

    assert tag is not None
    assert not tag.digest
    assert pinned(tag, OLD).endswith(f":{tag.tag}@{OLD}")


@pytest.mark.parametrize("image", [f"web@{OLD}", "", "UPPER", "sha256:" + "a" * 64])
def test_what_names_no_tag_is_not_followed(image: str) -> None:
    found = service(image).tag
    assert found is None or found.path.endswith("sha256")  # a name that Docker Hub could have


@pytest.mark.parametrize(
    ("typed", "is_pinned"), [(f"web:1@{OLD}", True), ("web:1", False), (f"web:1@{NEW}", False)]
)
def test_a_stack_tells_what_its_file_says(typed: str, is_pinned: bool) -> None:
    assert (service(labels={"com.docker.stack.image": typed}).tag is None) is is_pinned


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("https://example.org/new", "https://example.org/new"),
        ("https://example.org/{version}", ""),
        ("example", ""),
        ("", ""),
    ],
)
def test_its_label_says_where_people_read_what_is_new(said: str, told: str) -> None:
    found = service(labels={"ctr-updater.release-url": said})

    assert (found.link(NEW), found.change(NEW).link) == (told, told)
    assert (found.link(OLD), found.link(""), found.change().link) == ("", "", "")


def test_a_hub_reference_is_written_as_the_cli_does() -> None:
    assert pinned(ImageRef.parse("nginx"), NEW) == f"nginx:latest@{NEW}"
    assert pinned(ImageRef.parse("ghcr.io/a/b:1"), NEW) == f"ghcr.io/a/b:1@{NEW}"


def test_the_image_alone_is_changed() -> None:
    found = service(labels={"mine": "x", "ctr-updater.left": NEW})
    before = copy.deepcopy(found.spec)

    made = updated(found, f"web:1@{NEW}", ROLLOUT)

    assert found.spec == before
    assert made["Labels"] == {"mine": "x", "ctr-updater.rollout": str(ROLLOUT)}
    before["TaskTemplate"]["ContainerSpec"]["Image"] = f"web:1@{NEW}"
    assert made | {"Labels": before["Labels"]} == before
    assert updated(found, "x", ROLLOUT, OLD)["Labels"]["ctr-updater.left"] == OLD


def test_a_rollout_is_told_by_a_label_of_the_image_that_it_brought() -> None:
    label = {"ctr-updater.rollout": str(ROLLOUT)}

    assert Rollout.parse(str(ROLLOUT)) == ROLLOUT
    assert service(f"web:1@{NEW}", label).rollout == ROLLOUT
    assert service(f"web:1@{OLD}", label).rollout is None


@pytest.mark.parametrize("text", ["", "x", "a b c", "a b c d", "1 2 3 4 5"])
def test_a_strangers_label_is_no_rollout(text: str) -> None:
    assert Rollout.parse(text) is None


def test_what_the_swarm_says_of_its_update() -> None:
    status = {"State": "rollback_completed", "Message": "m", "CompletedAt": "2026-11-27T04:49:35.422246329Z"}
    found = service(UpdateStatus=status, PreviousSpec=service(f"web:1@{NEW}").spec)

    assert found.is_going_back
    assert (found.state, found.message) == ("rollback_completed", "m")
    assert found.completed == pytest.approx(1795754975.4, abs=1)
    assert found.before is not None
    assert found.before.digest == NEW


def test_tasks_are_counted_as_docker_service_ls_does() -> None:
    assert service(ServiceStatus={"RunningTasks": 1, "DesiredTasks": 3}).running == "1/3"


def test_a_judgement_counts_on_the_image_and_on_labels_of_ours_and_on_nothing_else() -> None:
    found = service()

    assert service(labels={"theirs": "x", "ctr-updater.rollout": str(ROLLOUT)}).judged_by == found.judged_by
    assert service(labels={"ctr-updater.enable": "false"}).judged_by != found.judged_by
    assert service(f"web:1@{NEW}").judged_by != found.judged_by
    found.spec["TaskTemplate"]["Placement"] = {"Constraints": ["node.role==worker"]}
    assert service().judged_by != found.judged_by


def test_a_change_names_the_tag_and_both_digests() -> None:
    made = service().change(NEW)

    assert (made.container, made.image) == ("service/web", "web:1")
    assert (made.old, made.new, made.digest) == (OLD, NEW, NEW)
    assert service(f"web@{OLD}").change().image == f"web@{OLD}"


@pytest.mark.parametrize("mode", ["ReplicatedJob", "GlobalJob"])
def test_jobs(mode: str) -> None:
    found = service()
    found.spec["Mode"] = {mode: {}}

    assert found.is_job
    assert found.replicas == 0
