"""What people decide is waited for: who holds it, for which image, until when, and who must approve it."""

from attrs import evolve

from tests.unit.check.test_eligibility import (
    AT,
    COOLING,
    CURRENT,
    HOUR,
    LEAP_DAY,
    NOON,
    OUTDATED,
    UNKNOWN,
)
from watcher.check.eligibility import Circumstances, For, Wait, held_from_all, waits
from watcher.config.policy import Policy
from watcher.store.decisions import Decision, Decisions


def decided(*found: Decision) -> Circumstances:
    return Circumstances(NOON, HOUR, Decisions({"web": found}))


def test_what_a_person_holds_waits_with_who_why_and_until_when_update_or_none() -> None:
    at = decided(Decision("web", "hold", NOON - 1, NOON + 60, by="cli", why="the fair"))

    for verdict in (OUTDATED, CURRENT):
        assert waits("web", verdict, Policy(), at) == (Wait(For.HOLD, "held by cli: the fair", NOON + 60),)
    assert waits("db", OUTDATED, Policy(), at) == ()


def test_a_hold_that_is_over_or_of_another_image_holds_nothing() -> None:
    over = Decision("web", "hold", NOON - 9, NOON - 1)
    other = Decision("web", "hold", NOON - 9, image="sha256:c")

    assert waits("web", OUTDATED, Policy(enable=True), decided(over, other)) == ()


def test_where_nobody_knows_what_people_hold_each_container_waits_for_that() -> None:
    at = Circumstances(NOON, HOUR, Decisions(unread="no such file"))

    for verdict in (OUTDATED, CURRENT):
        (wait,) = waits("web", verdict, Policy(), at)
        assert (wait.cause, wait.why) == (For.HOLD, "what people hold cannot be read: no such file")


def test_a_hold_of_one_image_says_so() -> None:
    at = decided(Decision("web", "hold", NOON, image="sha256:b"))

    assert waits("web", OUTDATED, Policy(), at) == (Wait(For.HOLD, "held for this image by cli"),)


def test_a_hold_of_one_image_stands_while_nobody_knows_what_the_tag_means() -> None:
    at = decided(Decision("web", "hold", NOON, image="sha256:a"))
    elsewhere = evolve(OUTDATED, target="", digest="sha256:d")  # another image, which is not here yet

    for settings in (Policy(enable=True), None):
        assert waits("web", UNKNOWN, settings, at) == (Wait(For.HOLD, "held for this image by cli"),)
        assert waits("web", elsewhere, settings, at) == ()


def test_an_update_of_mode_approve_waits_for_the_approval_of_this_very_image() -> None:
    policy = Policy(enable=True, mode="approve")
    this, another = (Decision("web", "approve", NOON, image=image) for image in ("sha256:b", "sha256:c"))

    assert waits("web", OUTDATED, policy, decided(this)) == ()
    for at in (AT, decided(another)):
        (wait,) = waits("web", OUTDATED, policy, at)
        assert (wait.cause, wait.why) == (For.APPROVAL, "`watcher approve web` lets it go ahead")
    assert waits("web", CURRENT, policy, AT) == ()


def test_what_is_not_here_yet_can_be_approved_only_then_and_that_is_said() -> None:
    away = evolve(COOLING, target="", digest="sha256:d")

    _, wait = waits("web", away, Policy(enable=True, mode="approve"), AT)

    assert (wait.cause, wait.why) == (
        For.APPROVAL,
        "`watcher approve web` lets it go ahead, once its image is here",
    )


def test_a_person_is_waited_for_before_a_clock() -> None:
    at = decided(Decision("web", "hold", NOON))
    policy = Policy(enable=True, mode="approve", schedule=LEAP_DAY)

    assert [wait.cause.value for wait in waits("web", COOLING, policy, at)] == [
        "hold",
        "cooldown",
        "approval",
        "schedule",
    ]


def test_what_its_own_hook_said_of_this_image_is_waited_for_until_it_is_asked_again() -> None:
    said = Decision("web", "veto", NOON - 1, NOON + 60, "sha256:b", "hook", "its hook says not now")
    other = Decision("web", "veto", NOON - 1, NOON + 60, "sha256:c", "hook")

    expected = (Wait(For.VETO, "its hook says not now", NOON + 60),)
    assert waits("web", OUTDATED, Policy(enable=True), decided(said)) == expected
    assert waits("web", OUTDATED, Policy(enable=True), decided(other)) == ()


def test_a_hold_of_one_image_is_none_of_all() -> None:
    one, every = (Decision("web", "hold", NOON, image=image) for image in ("sha256:a", ""))

    assert held_from_all("web", decided(one)) is None
    assert held_from_all("web", decided(every)) == Wait(For.HOLD, "held by cli")
