"""How much of the time looks may take: a few come at once, and a flood of them gets its tenth."""

import pytest

from watcher.daemon.look_budget import BURST_S, LONGEST_REST_S, SHARE, LookBudget

LOOK_S = 0.02


class Clock:
    """The seconds since the beginning, as a test has them pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def look(self, budget: LookBudget, seconds: float = LOOK_S) -> float:
        """Let a look take so long; the rest after it."""
        self.now += seconds
        budget.spend(seconds)
        return budget.rest_s()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_some_looks_come_at_once(clock: Clock) -> None:
    budget = LookBudget(clock)

    assert [clock.look(budget) for _ in range(10)] == [0.0] * 10


def test_in_a_flood_looks_take_a_tenth_of_the_time(clock: Clock) -> None:
    budget, looks = LookBudget(clock), 0
    while clock.now < 100:
        clock.now += clock.look(budget)
        looks += 1

    assert looks * LOOK_S == pytest.approx(100 * SHARE + BURST_S, rel=0.02)


def test_what_is_saved_up_in_a_long_rest_is_one_burst(clock: Clock) -> None:
    budget = LookBudget(clock)
    clock.now += 3600

    assert clock.look(budget, BURST_S) == pytest.approx(0.0, abs=SHARE)
    assert clock.look(budget) > 0


def test_a_look_that_takes_long_is_not_atoned_for_in_full(clock: Clock) -> None:
    budget = LookBudget(clock)

    assert clock.look(budget, 60.0) == pytest.approx(LONGEST_REST_S)
    clock.now += LONGEST_REST_S
    assert budget.rest_s() == pytest.approx(0.0, abs=1e-9)
