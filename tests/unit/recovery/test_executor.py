"""One interpreter carries out every step that can be decided; what it does is tested on real engines."""

from typing import get_args

from watcher.recovery.decision import RecoveryStep
from watcher.recovery.executor import DOES, FailedImage


def test_every_step_that_can_be_decided_is_carried_out_by_something() -> None:
    assert set(DOES) == set(get_args(RecoveryStep))


def test_a_dependent_that_failed_is_blamed_where_its_image_is_new_and_else_its_provider() -> None:
    sidecar, web = ("sidecar", "sha256:2"), ("web", "sha256:1")

    assert FailedImage.of(sidecar, web, "exit 1", is_new=True) == FailedImage(*sidecar, "exit 1")
    assert FailedImage.of(sidecar, web, "exit 1", is_new=False) == FailedImage(*web, "exit 1")
