"""A pass is over when its tags were asked for, all was looked at after that, and nothing is left to do."""

import pytest

from watcher.daemon.passes import Pass, PassOfAll, whole
from watcher.model.errors import EngineUnavailable
from watcher.model.events import Event, PassBegan, PassEnded
from watcher.model.reference import ImageRef, Tag

WEB, DB = (Tag(ImageRef.parse(f"registry.example/{name}:1"), "") for name in ("web", "db"))


class World:
    """A pass, what is told of it, and whether anything is left to do."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.is_idle = True
        self.current = Pass(self.told.append, lambda: self.is_idle)

    @property
    def ends(self) -> list[int]:
        return [each.code for each in self.told if isinstance(each, PassEnded)]


def test_it_is_over_after_the_look_that_follows_the_last_tag() -> None:
    world = World()

    world.current.began({WEB, DB})
    world.current.asked(WEB, 0)
    world.current.looked()
    world.current.asked(DB, 0)
    assert world.told == [PassBegan()]
    world.current.looked()

    assert world.told == [PassBegan(), PassEnded(0)]


def test_what_the_look_found_is_done_before_it_is_over() -> None:
    world = World()

    world.current.began({WEB})
    world.current.asked(WEB, 0)
    world.is_idle = False
    world.current.looked()
    world.current.done(0)
    assert world.ends == []
    world.is_idle = True
    world.current.done(6)

    assert world.ends == [6]


def test_its_code_is_the_highest_of_all_that_belongs_to_it() -> None:
    world = World()
    world.current.done(7)

    world.current.began({WEB})
    world.current.asked(WEB, 5)
    world.current.done(4)
    world.current.looked()

    assert world.ends == [5]


def test_where_no_tag_is_followed_the_next_look_ends_it() -> None:
    world = World()

    world.current.began(set())
    world.current.looked()

    assert world.ends == [0]


def test_it_ends_once_and_what_comes_after_it_is_of_none() -> None:
    world = World()

    world.current.began(set())
    for _ in range(3):
        world.current.looked()
        world.current.done(6)
        world.current.asked(WEB, 5)

    assert world.ends == [0]


def test_one_that_is_not_over_ends_where_the_next_begins() -> None:
    world = World()

    world.current.began({WEB})
    world.current.asked(DB, 5)
    world.current.began({WEB})

    assert world.told == [PassBegan(), PassEnded(5), PassBegan()]


@pytest.mark.parametrize("code", [0, 6])
async def test_a_pass_in_one_go_is_told_with_its_code(code: int) -> None:
    told: list[Event] = []

    async def work() -> int:
        return code

    assert await whole(told.append, work()) == code
    assert told == [PassBegan(), PassEnded(code)]


async def test_a_pass_in_one_go_that_finds_no_engine_is_told_too() -> None:
    told: list[Event] = []

    async def work() -> int:
        raise EngineUnavailable("no engine")

    with pytest.raises(EngineUnavailable):
        await whole(told.append, work())
    assert told == [PassBegan(), PassEnded(4)]


def test_the_pass_of_several_engines_is_over_when_it_is_over_on_each_of_them() -> None:
    whole = PassOfAll()
    whole.began("local")
    whole.began("nas")

    assert not whole.ended("local")
    assert (whole.is_open("local"), whole.is_open("nas")) == (False, True)
    assert whole.ended("nas")
