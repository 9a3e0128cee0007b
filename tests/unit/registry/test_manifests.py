"""Manifests and indexes of every shape: one that is odd is unknown with a line, and never an update."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.check.test_remote import AMD, CONFIG, INDEX, OURS, Stored, asked, row
from watcher.check.verdict import Meaning
from watcher.model.errors import RegistryError, Trouble

GOOD = {"config": {"digest": CONFIG}, "layers": []}
LAYER = {"digest": AMD, "size": 10}
ODD: dict[str, Any] = {
    "nothing": {},
    "config of another type": GOOD | {"config": [CONFIG]},
    "config without a digest": GOOD | {"config": {}},
    "digest of another type": GOOD | {"config": {"digest": {"sha256": CONFIG}}},
    "digest that is a path": GOOD | {"config": {"digest": "../../../blobs"}},
    "no layers": {"config": {"digest": CONFIG}},
    "layers of another type": GOOD | {"layers": {"0": LAYER}},
    "a layer of another type": GOOD | {"layers": [LAYER, 3]},
    "a layer without a digest": GOOD | {"layers": [{"size": 10**300}]},
    "both": GOOD | {"manifests": [row(AMD, "linux/amd64")]},
    "manifests of another type": {"manifests": {"digest": AMD}},
    "manifests of nothing": {"manifests": None},
    "rows of another type": {"manifests": ["linux/amd64", None]},
    "a row without a digest": {"manifests": [{"platform": {"os": "linux", "architecture": "amd64"}}]},
    "a row's digest that is none": {"manifests": [row("sha256:x", "linux/amd64")]},
    "a platform of another type": {"manifests": [{"digest": AMD, "platform": ["linux", "amd64"]}]},
    "an architecture of another type": {
        "manifests": [{"digest": AMD, "platform": {"os": "linux", "architecture": ["amd64"]}}]
    },
    "a variant of another type": {
        "manifests": [{"digest": AMD, "platform": {"os": "linux", "architecture": "amd64", "variant": 7}}]
    },
    "an index in an index": {"manifests": [row(INDEX, "linux/amd64")]},
}


@pytest.mark.parametrize("content", ODD.values(), ids=list(ODD))
async def test_what_is_odd_is_unknown_with_a_line(content: dict[str, Any]) -> None:
    with pytest.raises(RegistryError) as caught:
        await asked(Stored(INDEX, {INDEX: content}), {OURS})

    assert caught.value.trouble is Trouble.GARBAGE
    assert str(caught.value).startswith(
        "cannot tell whether r.example/app:1 has an update: what it sent is odd: "
    )


async def test_of_two_manifests_for_one_platform_the_first_counts_as_it_does_for_the_engine() -> None:
    twice = {"manifests": [row(AMD, "linux/amd64"), row(INDEX, "linux/amd64")]}

    assert await asked(Stored(INDEX, {INDEX: twice, AMD: GOOD}), {OURS, CONFIG}) == Meaning(
        INDEX, is_ours=True
    )


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([AMD, CONFIG, "linux", "amd64"])
)
KEYS = st.sampled_from(
    ["manifests", "config", "layers", "digest", "platform", "os", "architecture", "variant", "size"]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
PLATFORM = st.fixed_dictionaries(
    {"os": st.just("linux") | ANYTHING, "architecture": st.just("amd64") | ANYTHING}
)
ROW = st.fixed_dictionaries({"digest": st.just(AMD) | ANYTHING, "platform": PLATFORM | ANYTHING})
CONTENT = (
    st.fixed_dictionaries({"manifests": st.lists(ROW | ANYTHING, max_size=4) | ANYTHING})
    | st.fixed_dictionaries({"config": ANYTHING, "layers": ANYTHING})
    | st.dictionaries(KEYS, ANYTHING)
)


async def outcome(content: dict[str, Any]) -> Meaning | str:
    """What follows from it, or the line that says why nothing does."""
    try:
        return await asked(Stored(INDEX, {INDEX: content, AMD: GOOD}), {OURS})
    except RegistryError as error:
        return str(error)


@given(CONTENT)
async def test_every_shape_ends_with_an_answer_or_with_a_line(content: dict[str, Any]) -> None:
    found = await outcome(json.loads(json.dumps(content)))

    assert found == Meaning(INDEX, is_ours=False) or "\n" not in str(found)
