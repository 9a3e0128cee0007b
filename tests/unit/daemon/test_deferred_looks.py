"""What befalls a container in its own update waits for its end: then all, or this one, is looked at."""

import pytest

from watcher.daemon.deferred_looks import DeferredLooks, LookDue, whose
from watcher.model.json_object import Json

NEW = f"web.ctr-updater-new-r-{'0' * 12}-{'1' * 12}"


def event(**attributes: str) -> Json:
    return {"Type": "container", "Actor": {"Attributes": attributes}}


@pytest.fixture
def looks() -> DeferredLooks:
    """While web is updated."""
    return DeferredLooks({"web"}.__contains__)


@pytest.mark.parametrize("of", [event(name="web"), event(name=NEW), event(name="web", oldName=f"/{NEW}")])
def test_what_befalls_a_container_in_its_update_has_all_looked_at_at_the_end(
    looks: DeferredLooks, of: Json
) -> None:
    assert looks.defer_event(of)

    assert looks.over("web") is LookDue.LOOK
    assert looks.over("web") is LookDue.NOTHING


@pytest.mark.parametrize(
    "of", [event(name="db"), event(name="db", oldName="/web"), event(), {"Type": "image"}]
)
def test_what_befalls_another_is_looked_at_at_once(looks: DeferredLooks, of: Json) -> None:
    assert not looks.defer_event(of)

    assert looks.over("web") is LookDue.NOTHING


def test_what_a_look_finds_of_it_is_looked_at_once_more_and_nothing_else(looks: DeferredLooks) -> None:
    assert looks.defer_find("web")
    assert not looks.defer_find("db")

    assert looks.over("web") is LookDue.CONTAINER
    assert looks.over("db") is LookDue.NOTHING


def test_a_look_that_finds_it_after_its_events_makes_up_for_both(looks: DeferredLooks) -> None:
    looks.defer_event(event(name="web"))
    looks.defer_find("web")

    assert looks.over("web") is LookDue.LOOK
    assert looks.over("web") is LookDue.NOTHING


def test_a_look_that_is_due_is_owed_until_one_that_began_after_that_has_ended_well(
    looks: DeferredLooks,
) -> None:
    def end_an_update() -> None:
        looks.defer_event(event(name="web"))
        looks.over("web")

    assert not looks.is_owed
    with looks.look():
        end_an_update()
    assert looks.is_owed, "it began before"

    with pytest.raises(OSError, match="the engine is gone"), looks.look():
        raise OSError("the engine is gone")
    assert looks.is_owed, "it failed"

    with looks.look():
        assert looks.is_owed, "it has not ended"
    assert not looks.is_owed


def test_an_event_is_about_a_container_by_its_own_name_whatever_an_update_calls_it() -> None:
    def of(**attributes: str) -> set[str]:
        return {*whose({"Type": "container", "Actor": {"Attributes": attributes}})}

    new = f"web.ctr-updater-new-r-{'0' * 12}-{'1' * 12}"
    assert of(name="web") == of(name=new) == of(name="web", oldName=f"/{new}") == {"web"}
    assert of(name="other", oldName="/web") == {"other", "web"}
    assert of() == set()
    assert not whose({"Type": "image", "Actor": {"Attributes": {"name": "web"}}})
