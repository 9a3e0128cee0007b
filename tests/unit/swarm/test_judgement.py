"""The judgement of one service."""

from typing import Any

import pytest

from tests.unit.swarm.test_placement import node
from tests.unit.swarm.test_spec import NEW, OLD, service
from watcher.check.verdict import Status
from watcher.model.reference import ImageRef
from watcher.registry.manifests import IndexEntry
from watcher.store.failures import Failure
from watcher.swarm.judgement import ServiceFacts, judge, lacking, pinned_verdict
from watcher.swarm.spec import Service


def facts(found: Service | None = None, digest: str = NEW, **more: Any) -> ServiceFacts:
    return ServiceFacts(found or service(), digest, **more)


def test_digests_decide() -> None:
    assert judge(facts(digest=OLD)).status is Status.CURRENT
    found = judge(facts())
    assert (found.status, found.running, found.target) == (Status.OUTDATED, OLD, NEW)
    assert found.reason == f"web:1 was {'a' * 12}, is {'b' * 12}"


def test_without_a_digest_what_its_tasks_run_decides() -> None:
    bare = service("web:1")

    assert judge(facts(bare, here=frozenset({NEW, OLD}))).status is Status.CURRENT
    assert judge(facts(bare, here=frozenset({OLD}))).running == OLD
    nobody_knows = judge(facts(bare))
    assert nobody_knows.status is Status.UNKNOWN
    assert "`docker service update --image web:1` pins it" in nobody_knows.reason


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"failure": Failure(NEW, "crashed", "")}, Status.HELD),
        ({"failure": Failure(OLD, "crashed", "")}, Status.OUTDATED),
        ({"is_back": True}, Status.HELD),
        ({"since": 100.0, "cooldown": 50.0, "now": 120.0}, Status.HELD),
        ({"since": 100.0, "cooldown": 50.0, "now": 151.0}, Status.OUTDATED),
        ({"lack": "which has nothing for linux/arm64"}, Status.UNKNOWN),
    ],
)
def test_what_else_counts(more: dict[str, Any], status: Status) -> None:
    found = judge(facts(**more))

    assert (found.status, found.by_person) == (status, False)


def test_what_a_person_went_back_from_is_held_until_it_is_released() -> None:
    left = service(labels={"ctr-updater.left": NEW})

    assert judge(facts(left)).by_person
    assert judge(facts(left, is_released=True)).status is Status.OUTDATED


def test_what_follows_nothing_says_so() -> None:
    assert pinned_verdict(service(f"web@{OLD}")).status is Status.CURRENT
    assert pinned_verdict(service("")).status is Status.UNKNOWN


def test_an_index_must_have_something_for_each_node_that_may_run_it() -> None:
    rows = [IndexEntry(NEW, ("linux", "amd64", "")), IndexEntry(OLD, ("linux", "arm", "v7"))]
    tag = ImageRef.parse("web:1")

    assert lacking(tag, rows, [node(), node(architecture="armv7l")]) == ""
    assert "linux/arm64" in lacking(tag, rows, [node(), node("pi", "aarch64")])
    assert "pi may run it" in lacking(tag, rows, [node("pi", "aarch64")])
    assert lacking(tag, rows, [node(architecture="")]) == ""
