"""What webhooks say was pushed: the payloads of the document, and what is none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from watcher.model.reference import ImageRef
from watcher.web.webhook_payloads import Push, meant, pushed

DOCUMENT = Path(__file__).parents[3] / "docs" / "webhooks.md"
PAYLOADS = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)]
HUB, GITHUB, HARBOR, CLOUD, QUAY, PLAIN = PAYLOADS


def refs(*texts: str) -> set[ImageRef]:
    return {ImageRef.parse(text) for text in texts}


@pytest.mark.parametrize(
    ("payload", "ref"),
    [
        (HUB, "svendowideit/testhook:latest"),
        (GITHUB, "ghcr.io/octo-org/app:latest"),
        ({"package": GITHUB["registry_package"]}, "ghcr.io/octo-org/app:latest"),
        (HARBOR, "harbor.example.com/acme/widgets:v1.4.2"),
        (CLOUD, "harbor.example.com/acme/widgets:v1.4.2"),
        (QUAY, "quay.io/dgangaia/test:latest"),
        (QUAY | {"updated_tags": {"latest": "b750fe79"}}, "quay.io/dgangaia/test:latest"),
        (PLAIN, "192.168.100.227:5000/hello-world:latest"),
    ],
)
def test_a_push_is_read_whosever_registry_tells_of_it(payload: Any, ref: str) -> None:
    assert {push.ref for push in pushed(payload)} == refs(ref)


def changed(payload: Any, path: str, value: Any) -> Any:
    made = json.loads(json.dumps(payload))
    *parents, last = path.split(".")
    at = made
    for key in parents:
        at = at[int(key) if key.isdecimal() else key]
    at[last] = value
    return made


@pytest.mark.parametrize(
    "payload",
    [
        None, [], "x", 1, {}, {"zen": "Keep it logically awesome.", "hook_id": 1},
        {"events": None}, {"events": [None, 1, {}]}, {"updated_tags": [None], "docker_url": "quay.io/a/b"},
        changed(PLAIN, "events.0.action", "pull"),
        changed(PLAIN, "events.0.target.tag", None),
        changed(PLAIN, "events.0.target.repository", "../../etc"),
        changed(HARBOR, "type", "PULL_ARTIFACT"),
        changed(HARBOR, "event_data.resources.0.tag", "sha256:" + "a" * 64),
        changed(HARBOR, "event_data.resources.0.resource_url", None),
        changed(CLOUD, "type", "harbor.artifact.pulled"),
        changed(GITHUB, "registry_package.package_type", "npm"),
        changed(GITHUB, "registry_package.package_version.container_metadata.tag.name", ""),
        changed(HUB, "push_data.tag", "latest@sha256:" + "a" * 64),
        changed(HUB, "repository.repo_name", "a b"),
        changed(HUB, "push_data", "latest"),
    ],
)  # fmt: skip
def test_what_is_no_push_of_a_tag_names_none(payload: Any) -> None:
    assert pushed(payload) == []


def test_a_push_is_told_once_and_every_one_of_them() -> None:
    other = changed(PLAIN, "events.0.target.tag", "2")["events"]

    found = pushed({"events": PLAIN["events"] * 3 + other})

    host = "192.168.100.227:5000/hello-world"
    assert [push.ref for push in found] == [ImageRef.parse(f"{host}:latest"), ImageRef.parse(f"{host}:2")]


@pytest.mark.parametrize(
    ("is_sure", "followed", "expected"),
    [
        (True, {"a.lan/app:1", "b.lan/app:1"}, {"a.lan/app:1"}),
        (True, {"b.lan/app:1"}, set()),
        (False, {"a.lan/app:1", "b.lan/app:1"}, {"a.lan/app:1"}),
        (False, {"b.lan/app:1", "b.lan/app:2", "b.lan/other:1"}, {"b.lan/app:1"}),
    ],
)
def test_a_registry_that_may_have_another_name_is_known_by_what_it_holds(
    is_sure: bool, followed: set[str], expected: set[str]
) -> None:
    push = Push(ImageRef.parse("a.lan/app:1"), is_sure)

    assert meant([push], refs(*followed)) == refs(*expected)
