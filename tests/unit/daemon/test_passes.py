"""A pass is over when its tags were asked for, all was looked at after that, and nothing is left to do."""

import asyncio
from typing import cast

import pytest

from tests.unit.virtual_time import run
from watcher.daemon.passes import Pass, Passes, PassOfAll, whole
from watcher.daemon.puller import Puller
from watcher.daemon.rhythm import Rhythm
from watcher.daemon.workqueue import WorkQueue
from watcher.model.errors import EngineError, EngineUnavailable
from watcher.model.events import Event, PassBegan, PassEnded
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef, Tag
from watcher.model.registry_events import PullsPutOff

WEB, DB = (Tag(ImageRef.parse(f"registry.example/{name}:1"), "") for name in ("web", "db"))


class World:
    """A pass, what is told of it, and whether anything is left to do."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.is_idle = True
        self.failing = 0
        self.current = Pass(self.told.append, lambda: self.is_idle, lambda: self.failing)

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


def test_what_failed_before_it_and_rests_counts_until_it_rests_no_more() -> None:
    world = World()
    world.failing = 4

    for world.failing in (4, 5, 0):
        world.current.began(set())
        world.current.looked()

    assert world.ends == [4, 5, 0]


def test_what_rests_counts_also_where_the_next_one_begins() -> None:
    world = World()

    world.current.began({WEB})
    world.failing = 4
    world.current.began({WEB})

    assert world.ends == [4]


class Asked:
    """Stands for the puller: a question ends with `code`, and is asked again after its back-off unless 0."""

    def __init__(self) -> None:
        self.queue = WorkQueue[Tag](3600.0)
        self.code = 5
        self.count = 0

    async def tags(self, _: list[Json]) -> set[Tag]:
        return {WEB}

    async def look(self, tag: Tag) -> int:
        self.count += 1
        if self.code:
            self.queue.retry(tag, self.code)
        else:
            self.queue.forget(tag)
        return self.code


async def strikes(puller: Asked, told: list[Event], lengths: list[float]) -> list[int]:
    """How often the tag was asked for in each pass, of which the first fails; a pass has so many seconds."""
    counts, rhythm, current = list[int](), Rhythm(3600.0), Pass(told.append, lambda: True, lambda: 0)
    passes = Passes(cast("Puller", puller), no_rows, current, told.append, lambda: None, rhythm)
    passes.engine_here()
    async with asyncio.TaskGroup() as tasks:
        under_way = [tasks.create_task(work) for work in (rhythm.run(), passes.on_time(), passes.pull(tasks))]
        for length_s in lengths:
            await asyncio.sleep(length_s)  # of virtual time
            current.looked()
            counts.append(puller.count)
            puller.code = 0
            passes.ring()
        for task in under_way:
            task.cancel()
    return counts


async def no_rows() -> list[Json]:
    return []


def test_a_tag_in_its_back_off_counts_at_a_strike_as_it_ended_last() -> None:
    puller, told = Asked(), list[Event]()

    counts = run(strikes(puller, told, [0.2, 0.2, 10.0, 0.2]))

    assert counts == [1, 1, 2, 3]
    assert [each.code for each in told if isinstance(each, PassEnded)] == [5, 5, 5, 0]


def test_a_pass_for_which_the_engine_gives_no_list_is_put_off_and_not_left_out() -> None:
    told, left = list[Event](), [EngineError("try later"), EngineError("try later")]

    async def rows() -> list[Json]:
        if left:
            raise left.pop()
        return []

    async def scenario() -> int:
        puller, rhythm, current = Asked(), Rhythm(3600.0), Pass(told.append, lambda: True, lambda: 0)
        passes = Passes(cast("Puller", puller), rows, current, told.append, lambda: None, rhythm)
        passes.engine_here()
        async with asyncio.TaskGroup() as tasks:
            under_way = [
                tasks.create_task(work) for work in (rhythm.run(), passes.on_time(), passes.pull(tasks))
            ]
            await asyncio.sleep(60)  # of virtual time
            for task in under_way:
                task.cancel()
        return puller.count

    assert run(scenario()) >= 1
    assert [type(event) for event in told] == [PullsPutOff, PullsPutOff, PassBegan]


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
