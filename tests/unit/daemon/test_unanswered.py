"""A tag, or a registry, without an answer is told once, and its end whatever brought that about."""

import pytest

from watcher.daemon.unanswered import Unanswered
from watcher.model.errors import EngineError, RegistryError, Resting, Trouble
from watcher.model.events import Event
from watcher.model.reference import ImageRef, Tag
from watcher.model.registry_events import RegistryAnswered, TagGivenUp, TagNotPulled, TagPulledAgain

R = "registry.example"
WEB, DB = (Tag(ImageRef.parse(f"{R}/{name}:1"), "") for name in ("web", "db"))
AWAY = RegistryError("no route", trouble=Trouble.UNREACHABLE)
UNKNOWN = RegistryError("manifest unknown", trouble=Trouble.NOT_FOUND)
GONE = "no container follows it any more"


class World:
    """The questions without an answer, and what was told of them."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.unanswered = Unanswered(self.told.append, lambda _: 2)

    def failed(self, error: RegistryError, *tags: Tag) -> None:
        for tag in tags:
            self.unanswered.failed(tag, error, 1.04)

    def since(self) -> list[Event]:
        """What was told since this was asked last."""
        told, self.told[:] = [*self.told], []
        return told


@pytest.fixture
def world() -> World:
    return World()


def test_a_registry_that_is_away_is_told_once_and_so_is_its_return(world: World) -> None:
    world.failed(AWAY, WEB, DB, WEB)
    assert world.since() == [TagNotPulled(f"{R}/web:1", "no route", 1.0, R, 2, Trouble.UNREACHABLE)]

    world.unanswered.answered(DB)
    assert world.since() == []

    world.unanswered.answered(WEB)
    assert world.since() == [TagPulledAgain(f"{R}/web:1", R, 2)]


def test_a_tag_that_is_not_there_is_told_once_and_so_is_its_return(world: World) -> None:
    world.failed(UNKNOWN, WEB, WEB)
    assert world.since() == [TagNotPulled(f"{R}/web:1", "manifest unknown", 1.0, trouble=Trouble.NOT_FOUND)]

    world.unanswered.answered(WEB)
    world.unanswered.answered(WEB)
    assert world.since() == [TagPulledAgain(f"{R}/web:1", R, 2)]


def test_a_registry_that_is_left_alone_is_no_further_failure(world: World) -> None:
    world.failed(Resting("left alone", trouble=Trouble.UNREACHABLE), WEB)
    world.unanswered.answered(WEB)

    assert world.since() == []


def test_a_tag_that_has_its_answer_ends_no_trouble_that_its_registry_has_with_another(world: World) -> None:
    world.failed(UNKNOWN, WEB)
    world.failed(AWAY, DB)
    world.since()

    world.unanswered.answered(WEB)

    assert world.since() == [TagPulledAgain(f"{R}/web:1", R, 1, is_all=False)]


def test_a_registry_that_refuses_the_last_name_that_it_was_away_for_is_back_and_away_anew(
    world: World,
) -> None:
    world.failed(AWAY, WEB, DB)
    world.unanswered.answered(DB)
    world.since()

    world.failed(UNKNOWN, WEB)
    assert world.since() == [
        RegistryAnswered(R),
        TagNotPulled(f"{R}/web:1", "manifest unknown", 1.0, trouble=Trouble.NOT_FOUND),
    ]

    world.failed(AWAY, WEB)
    assert world.since() == [TagNotPulled(f"{R}/web:1", "no route", 1.0, R, 2, Trouble.UNREACHABLE)]


def test_what_the_engine_refuses_says_nothing_of_the_registry(world: World) -> None:
    world.failed(AWAY, WEB)
    world.since()

    world.unanswered.failed(WEB, EngineError("no"), 1.0)

    assert world.since() == [TagNotPulled(f"{R}/web:1", "no", 1.0)]


def test_a_tag_that_is_given_up_ends_what_was_told_of_it(world: World) -> None:
    world.failed(UNKNOWN, WEB)
    world.since()

    world.unanswered.given_up(WEB, GONE)

    assert world.since() == [TagGivenUp(f"{R}/web:1", GONE)]


def test_the_last_tag_that_a_registry_was_away_for_ends_with_it_what_was_told_of_that(world: World) -> None:
    world.failed(AWAY, WEB, DB)
    world.since()

    world.unanswered.given_up(WEB, GONE)
    assert world.since() == []

    world.unanswered.given_up(DB, GONE)
    assert world.since() == [TagGivenUp(f"{R}/db:1", GONE, R)]


@pytest.mark.parametrize("was_asking", [True, False])
def test_a_tag_that_was_well_is_given_up_in_silence_but_where_it_was_just_asked_for(
    world: World, was_asking: bool
) -> None:
    world.unanswered.given_up(WEB, GONE, was_asking=was_asking)

    assert world.since() == ([TagGivenUp(f"{R}/web:1", GONE)] if was_asking else [])
