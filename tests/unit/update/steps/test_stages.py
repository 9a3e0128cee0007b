"""Each stage is told as it begins and as it ends, and timed; so is the time in which a container is down."""

import time

import pytest

from watcher.model.errors import EngineError, NoAnswer
from watcher.model.events import Event
from watcher.model.update_events import StageBegan, StageEnded
from watcher.update.steps.plan import Action
from watcher.update.steps.stages import BACK, Stages, stage_called, stage_of_step


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_every_step_is_a_stage() -> None:
    stages = [stage_of_step("web", "web", action) for action in Action if action is not Action.PULL]

    assert {stage.container for stage in stages} == {"web"}
    assert all(stage.doing for stage in stages)


def test_a_stage_is_told_as_it_begins_and_as_it_ends(clock: Clock) -> None:
    told = list[Event]()
    stages, stage = Stages(told.append), stage_of_step("web", "web", Action.STOP, 10.0)

    with stages.under_way(stage):
        assert told == [StageBegan("web", "web", "stop", "stopping", 10.0)]
        clock.now += 2

    assert told[1:] == [StageEnded("web", "web", "stop", 2.0)]
    assert (stages.took, stages.failed) == ({"stop": 2.0}, {})


def test_a_stage_that_fails_is_told_to_have_failed_and_counts_apart(clock: Clock) -> None:
    told = list[Event]()
    stages = Stages(told.append)

    def fail() -> None:
        with stages.under_way(stage_of_step("web", "web", Action.PROVE)):
            clock.now += 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert told[-1] == StageEnded("web", "web", "prove", 3.0, is_done=False)
    assert (stages.took, stages.failed) == ({}, {"prove": 3.0})


def test_the_stages_of_those_that_go_with_it_have_their_names() -> None:
    stages = Stages(lambda _: None)

    for name in ("web", "side"):
        with stages.under_way(stage_of_step("web", name, Action.START)):
            pass
    with stages.under_way(stage_called("web", BACK)):
        pass

    assert list(stages.took) == ["start", "side.start", "back"]


def test_where_nothing_stops_nothing_is_down() -> None:
    stages = Stages(lambda _: None)

    stages.up()

    assert stages.down_s is None


def test_it_is_down_from_the_first_stop_to_the_last_start(clock: Clock) -> None:
    stages = Stages(lambda _: None)

    for passes, name in ((1, "side"), (2, "web")):
        with stages.under_way(stage_of_step("web", name, Action.STOP)):
            clock.now += passes
    for passes in (3, 4):
        clock.now += passes
        stages.up()

    assert stages.down_s == 2 + 3 + 4


@pytest.mark.parametrize(
    ("error", "is_down"),
    [(EngineError("no such container", status=404), False), (NoAnswer("it took too long"), True)],
    ids=["refused", "unanswered"],
)
def test_a_stop_that_was_refused_takes_nothing_down_and_one_without_an_answer_may_have(
    error: EngineError, *, is_down: bool
) -> None:
    stages = Stages(lambda _: None)

    def fail() -> None:
        with stages.under_way(stage_of_step("web", "web", Action.STOP)):
            raise error

    with pytest.raises(EngineError):
        fail()
    stages.up()

    assert (stages.down_s is not None) is is_down
