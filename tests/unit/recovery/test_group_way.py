"""Updates that were left open together: whose names decide, who follows, and where each of them goes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from watcher.dependencies.namespaces import Way
from watcher.model.names import Marker, short
from watcher.recovery.group import OpenUpdates
from watcher.recovery.state import scenes

Json = dict[str, Any]
World = dict[str, str]  # the name of each container, by a word for it

# Who holds on to whom: `web-old` is the container that had the name before, `web-new` its successor.
HOLDS = {"web": (), "side": ("web",), "deep": ("side",), "both": ("web", "side")}
MEMBERS = ("side", "both", "deep")


def cid(word: str) -> str:
    return word.encode().hex().ljust(64, "0")


def marker(name: str, kind: Any) -> str:
    other = "old" if kind == "new" else "new"
    return str(Marker(name, kind, "r", short(cid(f"{other}-{name}"))))


def created() -> World:
    """All successors are made, and the old ones have their names."""
    old = {f"old-{name}": name for name in HOLDS}
    return old | {f"new-{name}": marker(name, "new") for name in HOLDS}


def nameless(world: World, name: str) -> None:
    world[f"old-{name}"] = marker(name, "old")


def swapped(world: World, *names: str) -> World:
    for name in names:
        nameless(world, name)
        world[f"new-{name}"] = name
    return world


def without(world: World, *words: str) -> World:
    return {word: name for word, name in world.items() if word not in words}


def inspect(word: str, world: Mapping[str, str]) -> Json:
    age, _, name = word.partition("-")
    held = [f"{age}-{provider}" for provider in HOLDS.get(name, ())]
    modes = zip(("NetworkMode", "IpcMode"), (f"container:{cid(each)}" for each in held), strict=False)
    return {"Id": cid(word), "Name": f"/{world[word]}", "HostConfig": dict(modes)}


def read(world: World) -> OpenUpdates:
    rows = [{"Id": cid(word), "Names": [f"/{name}"], "Labels": None} for word, name in world.items()]
    names = {cid(word): name for word, name in world.items()}
    return OpenUpdates(scenes(rows), names, {cid(word): inspect(word, world) for word in world})


def half() -> World:
    world = created()
    nameless(world, "web")
    return world


AFTER = {
    "all are created": (created, Way.BACK),
    "the provider is set aside": (half, Way.BACK),
    "its successor has the name": (lambda: swapped(created(), "web"), Way.FORWARD),
    "all have their names": (lambda: swapped(created(), *HOLDS), Way.FORWARD),
    "the provider's successor is gone": (lambda: without(created(), "new-web"), Way.BACK),
    "the provider is undone": (lambda: without(swapped(created(), "side"), "new-web"), Way.BACK),
    "the old provider is removed": (lambda: without(swapped(created(), *HOLDS), "old-web"), Way.COMMITTED),
    "it is removed by hand in the middle": (
        lambda: without(swapped(created(), "web"), "old-web"),
        Way.COMMITTED,
    ),
}


@pytest.mark.parametrize(("world", "expected"), AFTER.values(), ids=AFTER)
def test_the_names_of_the_provider_say_where_all_go(world: Callable[[], World], expected: Way) -> None:
    found = read(world())

    assert found.way("side") is expected
    assert found.way("web") is Way.OWN


@pytest.mark.parametrize("name", HOLDS)
@pytest.mark.parametrize(
    "world", [created, half, lambda: swapped(created(), "web"), lambda: swapped(created(), *HOLDS)]
)
def test_whichever_is_asked_for_the_one_that_is_updated_is_settled_first(
    world: Callable[[], World], name: str
) -> None:
    assert read(world()).root(name) == "web"


@pytest.mark.parametrize("world", [created, half, lambda: swapped(created(), *HOLDS)])
def test_providers_are_settled_before_those_that_hold_on_to_them(world: Callable[[], World]) -> None:
    members = read(world()).members("web")

    assert sorted(members) == sorted(MEMBERS)
    assert members[0] == "side"


def test_those_whose_provider_is_settled_already_are_found_from_it() -> None:
    """A provider that has its own name, and no open update, still has open dependents."""
    undone = without(created(), "new-web")

    assert sorted(read(undone).members("web")) == sorted(MEMBERS)
    assert read(undone).root("side") == "side"


def test_an_update_of_somebody_else_does_not_belong_to_it() -> None:
    world = created() | {"old-other": "other", "new-other": marker("other", "new")}

    assert "other" not in read(world).members("web")
    assert read(world).members("other") == ()
    assert read(world).root("other") == "other"


def spared() -> World:
    """The update is over, and the engine's death removed the successor of one that is run with `--rm`."""
    spare = Marker("side", "old", "r", short(cid("new-side")), removes_itself=True, going=True)
    return {"new-web": "web", "old-side": str(spare)}


def test_a_spare_that_nothing_can_be_made_from_any_more_is_settled_with_whoever_is_asked_for() -> None:
    assert read(spared()).is_orphaned("side")
    assert read(spared()).concerned("web") == ("web", "side")


def test_a_spare_whose_provider_can_come_back_is_no_orphan() -> None:
    world = spared() | {"old-web": marker("web", "old")}

    assert not read(world).is_orphaned("side")
