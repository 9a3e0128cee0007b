"""Every reason why a container is not updated now is named, and none that there is not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from watcher.check.eligibility import (
    Circumstances,
    For,
    Wait,
    briefly,
    by_end,
    held_back,
    opens_in,
    timed,
    under_way,
    waits,
    words,
)
from watcher.check.gates import Standing
from watcher.check.verdict import Status, Verdict
from watcher.config.policy import Policy
from watcher.config.wall_clock import local
from watcher.store.decisions import Decision, Decisions
from watcher.store.gate_answers import GateAnswer

HOUR = 3600.0
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()
AT = Circumstances(NOON, HOUR)
LEAP_DAY = "0 3 29 2 *"
OUTDATED = Verdict(Status.OUTDATED, "app:1 was a, is b", "sha256:a", "sha256:b")
CURRENT = Verdict(Status.CURRENT, "app:1 is a", "sha256:a", "sha256:a")
FAILED = Verdict(Status.HELD, "failed on b: it ended", "sha256:a", "sha256:b")
COOLING = Verdict(Status.HELD, "app:1 was a, is b; cooldown until then", "sha256:a", "sha256:b", NOON + 60)
UNKNOWN = Verdict(Status.UNKNOWN, "app:1 is not in the local image cache", "sha256:a")


def causes(verdict: Verdict, **settings: Any) -> list[str]:
    policy = Policy(**{"enable": True, **settings})
    return [wait.cause.value for wait in waits("web", verdict, policy, AT)]


@pytest.mark.parametrize("verdict", [CURRENT, OUTDATED, UNKNOWN])
def test_what_nothing_keeps_back_waits_for_nothing(verdict: Verdict) -> None:
    assert causes(verdict) == []


def test_what_is_up_to_date_or_unknown_does_not_wait_for_its_schedule() -> None:
    assert causes(CURRENT, schedule=LEAP_DAY) == causes(UNKNOWN, schedule=LEAP_DAY) == []


def test_an_update_waits_for_its_schedule() -> None:
    assert causes(OUTDATED, schedule=LEAP_DAY) == ["schedule"]


def test_an_image_that_failed_is_waited_for_without_an_end() -> None:
    assert waits("web", FAILED, Policy(enable=True), AT) == (Wait(For.FAILED, FAILED.reason),)


def test_a_cooldown_has_an_end() -> None:
    expected = (Wait(For.COOLDOWN, COOLING.reason, NOON + 60),)

    assert waits("web", COOLING, Policy(enable=True), AT) == expected


def test_every_reason_is_named_and_not_only_the_first() -> None:
    assert causes(COOLING, schedule=LEAP_DAY) == ["cooldown", "schedule"]


@pytest.mark.parametrize("settings", [{"mode": "notify"}, {"enable": False}])
def test_what_is_never_updated_by_itself_does_not_wait_for_its_schedule(settings: dict[str, Any]) -> None:
    assert causes(OUTDATED, schedule=LEAP_DAY, **settings) == []


@pytest.mark.parametrize("verdict", [FAILED, COOLING])
def test_what_only_notifies_is_held_all_the_same(verdict: Verdict) -> None:
    assert causes(verdict, mode="notify", schedule=LEAP_DAY) != []


@pytest.mark.usefixtures("utc")
def test_the_wait_for_a_schedule_ends_at_its_next_moment() -> None:
    (wait,) = timed(Policy(schedule="0 13 * * *"), Circumstances(NOON + 2 * HOUR, 600))

    assert (wait.cause, wait.why) == (For.SCHEDULE, "its schedule is 0 13 * * *")
    assert datetime.fromtimestamp(wait.until).astimezone().hour == 13
    assert NOON + 2 * HOUR < wait.until <= NOON + 26 * HOUR


@pytest.mark.usefixtures("utc")
def test_within_the_grace_after_a_moment_nothing_is_waited_for() -> None:
    policy, later = Policy(schedule="0 * * * *"), NOON + 0.5 * HOUR

    assert [*timed(policy, Circumstances(later, HOUR))] == []
    assert len([*timed(policy, Circumstances(later, 0.25 * HOUR))]) == 1


def test_an_update_waits_for_its_window_and_people_read_how_long() -> None:
    week = "Sun 02:00-05:00"  # NOON is a Wednesday
    (wait,) = timed(Policy(window=week), AT)

    opens = local(wait.until)
    assert (wait.cause, wait.why) == (For.WINDOW, f"its window is {week}")
    assert (opens.weekday(), opens.hour, opens.minute) == (6, 2, 0)
    until = datetime.fromtimestamp(wait.until).astimezone().isoformat(timespec="seconds")
    assert (
        words([wait], wait.until - 3.2 * HOUR)
        == f"waits until {until}: its window is {week}, opens in 3 h 12 m"
    )
    assert [*timed(Policy(window=week), Circumstances(wait.until, HOUR))] == []


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 m"),
        (59, "1 m"),
        (61, "2 m"),
        (HOUR - 1, "1 h 0 m"),
        (HOUR, "1 h 0 m"),
        (3.2 * HOUR, "3 h 12 m"),
        (24 * HOUR, "1 d 0 h"),
        (49.5 * HOUR, "2 d 1 h"),
    ],
)
def test_how_long_is_shown_in_two_units_at_most(seconds: float, shown: str) -> None:
    assert opens_in("window", NOON + seconds, NOON) == f", opens in {shown}"


def test_how_long_is_said_of_windows_and_freezes_alone() -> None:
    assert opens_in("freeze", NOON + HOUR, NOON) == ", ends in 1 h 0 m"
    assert [opens_in(each.value, NOON, 0) for each in For if each not in {For.WINDOW, For.FREEZE}] == [""] * 9


def test_a_freeze_is_waited_for_by_whatever_has_an_update_and_moves_what_else_is_waited_for() -> None:
    frozen = Circumstances(NOON, HOUR, freeze="2026-06-30..2026-07-05")
    (alone,) = waits("web", OUTDATED, Policy(enable=True), frozen)
    freeze, window = timed(Policy(window="Sun 02:00-05:00"), frozen)
    _, schedule = timed(Policy(schedule="0 3 * * 0"), frozen)

    assert (alone.cause, alone.why) == (For.FREEZE, "updates are frozen (2026-06-30..2026-07-05)")
    assert freeze == alone
    days = [local(each.until).isoformat() for each in (freeze, window, schedule)]
    assert days == ["2026-07-06T00:00:00", "2026-07-12T02:00:00", "2026-07-12T03:00:00"]
    assert waits("web", CURRENT, Policy(enable=True), frozen) == ()
    assert waits("web", OUTDATED, Policy(enable=True, mode="notify"), frozen) == ()


def test_a_freeze_that_is_to_come_is_no_wait_but_no_window_opens_in_it() -> None:
    later = Circumstances(NOON, HOUR, freeze="2026-07-04..2026-07-05")
    (window,) = timed(Policy(window="Sun 02:00-05:00"), later)

    assert local(window.until).isoformat() == "2026-07-12T02:00:00"


def test_what_a_dependency_and_an_open_update_are_waited_for_says_why() -> None:
    assert held_back("db failed") == Wait(For.DEPENDENCY, "db failed")
    assert under_way("an update of it is under way") == Wait(For.OPEN_UPDATE, "an update of it is under way")


def test_the_nearest_is_over_first_and_what_no_clock_ends_comes_last() -> None:
    soon, late, never = Wait(For.COOLDOWN, "", 5), Wait(For.SCHEDULE, "", 9), Wait(For.FAILED, "")

    assert by_end([never, late, soon]) == [soon, late, never]
    assert by_end([]) == []


def test_the_list_tells_the_nearest_that_the_verdict_does_not_tell() -> None:
    until = datetime.fromtimestamp(NOON).astimezone().isoformat(timespec="seconds")
    failed, dependency = Wait(For.FAILED, "failed on b"), Wait(For.DEPENDENCY, "db failed")

    assert words([dependency, failed], NOON) == "waits: db failed"
    assert words([dependency, Wait(For.SCHEDULE, "its schedule is x", NOON)], 0) == (
        f"waits until {until}: its schedule is x; and for dependency"
    )
    assert words([failed, Wait(For.COOLDOWN, "", 1), under_way("")], 0) == words([], 0) == ""


def test_what_the_verdict_says_itself_is_not_said_twice() -> None:
    left = evolve(FAILED, reason="rolled back by a person, from b", by_person=True)
    found = waits("web", left, Policy(enable=True, mode="approve"), AT)

    assert [each.cause for each in found] == [For.HOLD, For.APPROVAL]
    assert words(found[:1], NOON, left.reason) == ""
    assert words(found, NOON, left.reason) == "waits: `watcher approve web` lets it go ahead"
    assert words(found[:1], NOON, "another reason") == "waits: rolled back by a person, from b"


def test_on_a_terminal_all_that_is_waited_for_is_seen_at_a_glance() -> None:
    until = datetime.fromtimestamp(NOON).astimezone().isoformat(timespec="seconds")
    shut, unapproved = Wait(For.WINDOW, "its window is x", NOON), Wait(For.APPROVAL, "approve it")
    cooling = Wait(For.COOLDOWN, "app:1 was a, is b; cooldown until then", NOON)

    assert briefly([unapproved, shut], 0) == f"waits for window until {until}, approval"
    assert briefly([cooling], 0) == f"waits for cooldown until {until}"
    assert briefly([shut], NOON - 2 * HOUR) == f"waits until {until}: its window is x, opens in 2 h 0 m"
    assert briefly([Wait(For.FAILED, "failed on b")], 0) == briefly([], 0) == ""
    assert briefly([Wait(For.FAILED, "failed on b"), unapproved], 0) == "waits: approve it"


def test_the_words_are_those_of_the_contract() -> None:
    assert {each.value for each in For} == {
        *("window", "schedule", "freeze", "cooldown", "approval", "hold", "failed", "gate", "veto"),
        *("dependency", "open update"),
    }


REFUSED = GateAnswer("refused", "the gate signed refuses it", 1.0)
BUSY = GateAnswer("unknown", "the gate signed could not say", 1.0, 1, NOON + 60)


@pytest.mark.parametrize(
    ("target", "answer", "expected"),
    [
        ("sha256:b", REFUSED, [Wait(For.GATE, REFUSED.why)]),
        ("sha256:b", BUSY, [Wait(For.GATE, BUSY.why, NOON + 60)]),
        ("sha256:b", GateAnswer("passed", "it lets it pass", 1.0), []),
        ("sha256:b", None, []),
        ("sha256:c", REFUSED, []),
    ],
    ids=["refused", "could not say", "passed", "not asked", "of another image"],
)
def test_an_update_waits_for_its_gate(target: str, answer: GateAnswer | None, expected: list[Wait]) -> None:
    at = Circumstances(NOON, HOUR, gate=Standing("signed", target, {"web@sha256:1": answer}))

    assert [*waits("web", OUTDATED, Policy(enable=True), at)] == expected
    assert not waits("web", CURRENT, Policy(enable=True), at)
    assert not waits("web", OUTDATED, Policy(enable=True, mode="notify"), at)


def test_where_the_settings_cannot_be_read_only_a_person_s_hold_is_a_wait() -> None:
    held = Circumstances(NOON, HOUR, Decisions({"web": (Decision("web", "hold", NOON),)}))

    assert waits("web", FAILED, None, AT) == ()
    assert [wait.cause for wait in waits("web", FAILED, None, held)] == [For.HOLD]
