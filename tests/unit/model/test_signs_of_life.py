"""No updater may act any more when another one may take its work over."""

from watcher.model.signs_of_life import BEAT_S, LEASE_S, SILENCE_S


def test_a_sign_or_two_may_be_lost_before_the_right_to_act_ends() -> None:
    assert 3 * BEAT_S <= LEASE_S


def test_the_right_to_act_ends_well_before_another_one_takes_over() -> None:
    assert 2 * LEASE_S <= SILENCE_S
