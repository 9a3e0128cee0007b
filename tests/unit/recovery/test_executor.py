"""One interpreter carries out every step that can be decided; what it does is tested on real engines."""

from typing import get_args

from watcher.recovery.decision import Step
from watcher.recovery.executor import DOES


def test_every_step_that_can_be_decided_is_carried_out_by_something() -> None:
    assert set(DOES) == set(get_args(Step))
