"""What events mean to people, and which mean nothing."""

import json
from typing import Any

import pytest
from attrs import evolve

from watcher.model.events import Event, PassBegan
from watcher.model.registry_events import RegistryAnswered, TagGivenUp, TagNotPulled, TagPulledAgain
from watcher.model.update_events import (
    Attempt,
    Change,
    Doubted,
    ImageVersion,
    Judged,
    NotRestarted,
    NotUpdated,
    Waiting,
)
from watcher.notifications.message import compose
from watcher.notifications.news import CONTAINER, TAG, News
from watcher.notifications.reading import OF_A_CONTAINER, PATIENCE_S, Over, Told, attempted, read
from watcher.store.history import record_of

OLD, NEW, DIGEST = (f"sha256:{letter * 64}" for letter in "abd")
CHANGE = Change("web", "nginx:1", OLD, NEW)
STANDING = {"attention", "failed", "unknown", "held", "available"}
COMMAND = "web could not be brought back: it is stopped - `docker start 0123456789ab`"
ATTEMPT = Attempt(
    at="2026-11-27T00:00:00Z",
    name="web",
    kind="update",
    outcome="updated",
    image="nginx:1",
    old=ImageVersion(OLD, "1.27.0"),
    new=ImageVersion(NEW, "1.27.1"),
    by="daemon",
    took_s=5.0,
    down_s=2.0,
    stages={"stop": 1.0},
    along=("side",),
    why="nginx:1 was aaa, is bbb",
    link="https://example.com/1.27.1",
    containers=("c" * 64, "d" * 64),
)


def news(found: Told | Over | None) -> News:
    assert isinstance(found, Told)
    return found.news


def test_an_update_is_told_with_versions_time_and_link_and_ends_whatever_was_so() -> None:
    told = attempted(ATTEMPT)

    assert compose("nas", [news(told)]).text == (
        "web: updated nginx:1 1.27.0 → 1.27.1, down 2.0 s https://example.com/1.27.1"
    )
    assert told
    assert set(told.ends) == STANDING | {"updated"}


def test_programs_are_told_the_attempt_as_the_history_has_it() -> None:
    found = evolve(ATTEMPT, old=ImageVersion(""), took_s=1.23456)

    record = json.loads(json.dumps(news(attempted(found, "engine's id")).record))

    assert record == {"event": "updated", "container": "web"} | json.loads(
        json.dumps(record_of(found, "engine's id"))
    )
    assert (record["engine"], record["old"], record["took_s"]) == ("engine's id", None, 1.235)


def test_what_a_container_wrote_stays_in_the_history_but_for_the_reason() -> None:
    found = evolve(ATTEMPT, outcome="rolled back", why="it ended", output=("its words",))

    record = news(attempted(found)).record

    assert (record["why"], "its words" in str(record)) == ("it ended", False)


def test_an_update_that_is_told_twice_is_the_same_and_the_next_one_is_not() -> None:
    later = evolve(
        ATTEMPT, at="2026-11-27T01:00:00Z", outcome="recovered", why="it was cut short, and was finished"
    )
    another = evolve(ATTEMPT, containers=("d" * 64, "e" * 64))

    assert news(attempted(later)).state == news(attempted(ATTEMPT)).state
    assert news(attempted(another)).state != news(attempted(ATTEMPT)).state


@pytest.mark.parametrize("outcome", ["rolled back", "failed"])
def test_a_failure_is_told_with_the_reason_and_what_runs(outcome: Any) -> None:
    found = news(attempted(evolve(ATTEMPT, outcome=outcome, why="it exited with 1")))

    assert (found.kind, found.state) == ("failed", NEW)
    assert compose("nas", [found]).text.endswith(
        ": it exited with 1 (runs 1.27.0 again) https://example.com/1.27.1"
    )


def test_a_failure_that_says_a_command_wants_a_person() -> None:
    assert news(attempted(evolve(ATTEMPT, outcome="failed", why=COMMAND))).kind == "attention"
    assert news(read(NotUpdated(CHANGE, COMMAND, 6))).kind == "attention"


@pytest.mark.parametrize(
    "nothing",
    [
        evolve(ATTEMPT, outcome="refused", why="it is not ours"),
        evolve(ATTEMPT, outcome="failed", why="stopped by a signal"),
    ],
    ids=["refused", "stopped"],
)
def test_an_attempt_that_did_nothing_is_no_news(nothing: Attempt) -> None:
    assert attempted(nothing) is None


def test_an_update_that_had_succeeded_when_a_signal_came_is_told() -> None:
    assert news(attempted(evolve(ATTEMPT, why="stopped by a signal"))).kind == "updated"


def test_an_open_update_that_was_undone_is_a_failure() -> None:
    undone = evolve(ATTEMPT, outcome="recovered", why="it was cut short, and was undone")

    assert news(attempted(undone)).kind == "failed"


def test_a_failure_without_an_image_is_known_by_its_words_but_not_by_ids_in_them() -> None:
    words = [f"cannot create container {digit * 64}: no space" for digit in "12"]
    states = {news(read(NotUpdated(Change("web"), why, 4))).state for why in words}

    assert len(states) == 1


@pytest.mark.parametrize("mode", ["notify", "approve"])
def test_an_update_that_waits_for_a_person_is_available(mode: str) -> None:
    found = news(read(Judged(CHANGE, "outdated", "moved", mode)))

    assert (found.kind, found.state, found.subject) == ("available", NEW, CONTAINER)
    assert found.facts == {}  # what programs are told of it is asked for
    assert ("watcher approve" in found.why) == (mode == "approve")


def test_an_update_that_is_about_to_begin_is_no_news() -> None:
    assert read(Judged(CHANGE, "outdated", "moved", "update")) is None


def test_what_is_held_is_told_unless_its_failure_was() -> None:
    told = read(Judged(CHANGE, "held", "failed on bbb", "update"))

    assert (news(told).kind, news(told).state) == ("held", NEW)
    assert isinstance(told, Told)
    assert set(told.unless) == {"failed", "attention"}


@pytest.mark.parametrize(
    "event",
    [
        Judged(CHANGE, "held", "cooldown", "update", until=5.0),
        Waiting(CHANGE, "schedule", "not now", 5.0),
        Waiting(CHANGE, "window", "not now", 5.0),
        Waiting(CHANGE, "freeze", "not now", 5.0),
        NotUpdated(CHANGE, "another updater has it", 7, again_in_s=3.0),
        NotUpdated(CHANGE, "the engine is away", 4, again_in_s=3.0, is_news=False),
        Waiting(CHANGE, "hold", "a person holds it"),
        Doubted(CHANGE, "its address changed"),
        PassBegan(),
    ],
    ids=["cooldown", "schedule", "window", "freeze", "busy", "away", "hold", "doubt", "pass"],
)
def test_what_passes_by_itself_is_no_news(event: Event) -> None:
    assert read(event) is None


@pytest.mark.parametrize("code", [2, 7])
def test_what_is_refused_until_somebody_changes_it_is_held(code: int) -> None:
    found = news(read(NotUpdated(CHANGE, "a label cannot be read", code)))

    assert (found.kind, found.facts) == ("held", {"reason": "a label cannot be read"})


@pytest.mark.parametrize("cause", ["dependency", "gate", "veto"])
def test_what_waits_for_something_that_no_clock_ends_is_held(cause: str) -> None:
    assert news(read(Waiting(CHANGE, cause, "db failed"))).kind == "held"


def test_what_waits_for_an_approval_is_available() -> None:
    assert (
        news(read(Waiting(CHANGE, "approval", "`watcher approve web` lets it go ahead"))).kind == "available"
    )


def test_an_available_update_is_told_with_its_versions_and_its_link() -> None:
    change = evolve(CHANGE, old_version="1.27.0", new_version="1.27.1", link="https://example.com/1.27.1")

    line = compose("nas", [news(read(Judged(change, "outdated", "moved", "notify")))]).text

    assert line == "web: update available nginx:1 1.27.0 → 1.27.1 https://example.com/1.27.1"


@pytest.mark.parametrize("mode", ["notify", "approve"])
def test_what_its_registry_alone_has_is_told_by_its_digest_and_pulled_it_is_the_same(mode: str) -> None:
    away = evolve(CHANGE, new="", digest=DIGEST, old_version="1.27.0")
    told = read(Judged(away, "outdated", "moved", mode))
    pulled = read(Judged(evolve(CHANGE, digest=DIGEST), "outdated", "moved", mode))

    assert (news(told).state, news(pulled).state) == (DIGEST, NEW)
    assert isinstance(told, Told)
    assert isinstance(pulled, Told)
    assert (told.also, pulled.also) == ((), (DIGEST,))
    assert "web: update available nginx:1 1.27.0 → dddddddddddd" in compose("nas", [news(told)]).text


@pytest.mark.parametrize(
    "event",
    [Doubted(CHANGE, COMMAND), NotRestarted(CHANGE, "it could not be restarted")],
    ids=["command", "not restarted"],
)
def test_a_line_with_a_command_wants_a_person(event: Event) -> None:
    assert news(read(event)).kind == "attention"


@pytest.mark.parametrize(
    "event",
    [
        Judged(CHANGE, "unknown", "not in the cache", "update"),
        NotUpdated(CHANGE, "cannot ask", 5, again_in_s=3.0),
        TagNotPulled("nginx:1", "no such host", 60.0),
    ],
    ids=["judged", "asked", "pulled"],
)
def test_what_is_unknown_is_told_after_a_day(event: Event) -> None:
    told = read(event)

    assert isinstance(told, Told)
    state = "" if isinstance(event, TagNotPulled) else OF_A_CONTAINER
    assert (told.news.kind, told.news.state, told.after_s) == ("unknown", state, PATIENCE_S)
    assert PATIENCE_S == 24 * 3600


def test_a_refused_login_is_told_at_once() -> None:
    told = read(TagNotPulled("r.example/app:1", "401 Unauthorized", 60.0, trouble="refused login"))

    assert isinstance(told, Told)
    assert told.after_s == 0


def test_a_registry_that_is_down_is_one_thing_and_its_return_ends_that_and_its_tags() -> None:
    down = read(TagNotPulled("nginx:1", "no such host", 60.0, "docker.io", 5))
    back = read(TagPulledAgain("nginx:1", "docker.io", 3))

    assert (news(down).container, news(down).subject) == ("docker.io", TAG)
    assert back == Over(("nginx:1", "docker.io"), ("unknown",), "nginx:1", subject=TAG)


def test_a_tag_that_nobody_follows_any_more_is_over_in_silence() -> None:
    over = read(TagGivenUp("nginx:1", "no container follows it any more"))

    assert isinstance(over, Over)
    assert (over.abouts, over.is_told) == (("nginx:1",), False)


def test_the_last_tag_of_a_registry_that_was_down_ends_that_too() -> None:
    over = read(TagGivenUp("nginx:1", "no container follows it any more", "docker.io"))

    assert isinstance(over, Over)
    assert (over.abouts, over.is_told) == (("nginx:1", "docker.io"), False)


def test_a_registry_that_is_down_for_others_still_is_not_over_with_a_tag() -> None:
    back = read(TagPulledAgain("nginx:1", "docker.io", 3, is_all=False))

    assert back == Over(("nginx:1",), ("unknown",), "nginx:1", subject=TAG)


def test_a_registry_that_answers_again_with_a_no_is_over_alone() -> None:
    back = read(RegistryAnswered("docker.io"))

    assert back == Over(("docker.io",), ("unknown",), "docker.io", subject=TAG)


def test_what_is_up_to_date_ends_whatever_was_so() -> None:
    over = read(Judged(CHANGE, "current", "nginx:1 is bbb", "update"))

    assert isinstance(over, Over)
    assert (over.abouts, set(over.kinds)) == (("web",), STANDING)


def test_a_gate_that_could_not_say_is_told_once_that_lasts_and_one_that_refuses_at_once() -> None:
    could_not_say, refused = read(Waiting(CHANGE, "gate", "busy", 5.0)), read(Waiting(CHANGE, "gate", "no"))

    assert isinstance(could_not_say, Told)
    assert (could_not_say.news.kind, could_not_say.after_s) == ("unknown", PATIENCE_S)
    assert isinstance(refused, Told)
    assert (refused.news.kind, refused.after_s, refused.news.why) == ("held", 0, "no")
