"""The sentences for people, by the module that makes them: each `for` there is, and one that there is not."""

from datetime import UTC, datetime
from typing import Any

from tests.e2e.page.conftest import Page
from watcher.check.eligibility import For

CURRENT = {
    "name": "web",
    "state": "running",
    "mode": "update",
    "verdict": "current",
    "reason": "",
    "waits": [],
}
NOW = 1_800_000_000.0
IN_3_HOURS = datetime.fromtimestamp(NOW + 3 * 3600 + 12 * 60, UTC).isoformat()


def said(page: Page, *asked: tuple[dict[str, Any], Any]) -> list[tuple[str, str]]:
    """The sentence and the group of each container, given with the stage that it is in."""
    page.at()
    page.one("#token")
    made = page.driver.execute_async_script(
        "const [asked, seconds, done] = arguments; import('./static/words.js').then(words => done(asked.map("
        "([found, stage]) => [words.sentence(found, stage, seconds * 1000), words.groupOf(found)])))",
        [[CURRENT | found, stage] for found, stage in asked], NOW,
    )  # fmt: skip
    return [(sentence.replace("\u00a0", " "), group) for sentence, group in made]


def wait(cause: str, why: str = "", until: str | None = None) -> dict[str, Any]:
    return {"verdict": "outdated", "waits": [{"for": cause, "why": why, "until": until}]}


STATES = [
    ({}, "Up to date", "current"),
    ({"state": "exited"}, "Up to date; it is exited", "current"),
    ({"kind": "service", "state": "2/2"}, "Up to date", "current"),
    ({"kind": "service", "state": "2/5"}, "Up to date; 2 of 5 run", "current"),
    ({"kind": "service", "state": "-"}, "Up to date", "current"),
    ({"verdict": "outdated"}, "Has an update, which begins as soon as it can", "waiting"),
    ({"verdict": "outdated", "mode": "notify"}, "Has an update; its mode is notify", "waiting"),
    ({"verdict": "unknown", "reason": "no answer"}, "Not known: no answer", "unknown"),
    ({"error": "no such container"}, "Not known: no such container", "unknown"),
    (wait("window", "x", IN_3_HOURS), "Waits for its window, opens in 3 h 12 m", "waiting"),
    (wait("schedule", "x", IN_3_HOURS), "Waits for its schedule, due in 3 h 12 m", "waiting"),
    (wait("freeze", "x", IN_3_HOURS), "Waits for the end of a freeze, over in 3 h 12 m", "waiting"),
    (wait("cooldown", "x", IN_3_HOURS), "Waits for its cooldown, over in 3 h 12 m", "waiting"),
    (wait("approval", "x"), "Waits for approval", "waiting"),
    (wait("gate", "too young"), "Waits for its gate: too young", "waiting"),
    (wait("veto", "/run/busy is there"), "Is kept back from within: /run/busy is there", "waiting"),
    (wait("dependency", "db is down"), "Waits for what it depends on: db is down", "waiting"),
    (wait("hold", "held by cli: the fair"), "Is held: the fair", "held"),
    (wait("hold", "held for this image by api"), "Is held for this image", "held"),
    (wait("failed", "x"), "Is not tried again: its new image failed", "failed"),
    (wait("failed", "failed on 1b2 (2.0): it ended"), "Failed with 2.0, and is not tried again: it ended",
     "failed"),
    (wait("moon", "it is full", IN_3_HOURS), "Waits (moon): it is full, over in 3 h 12 m", "waiting"),
    ({"state": "updating", "stage": "proving"}, "Is being updated: proving", "updating"),
]  # fmt: skip


def test_a_state_is_a_sentence(page: Page) -> None:
    told = said(page, *((found, None) for found, _, _ in STATES))

    assert told == [(sentence, group) for _, sentence, group in STATES]


def test_each_cause_has_words_of_its_own(page: Page) -> None:
    told = said(page, *((wait(cause.value, "why"), None) for cause in For))

    assert [
        (cause, words) for cause, (words, _) in zip(For, told, strict=True) if f"({cause.value})" in words
    ] == []


def test_a_stage_is_told_with_its_time(page: Page) -> None:
    stage = {
        "update": "web",
        "container": "web",
        "doing": "proving",
        "began": (NOW - 7) * 1000,
        "limit_s": 10,
    }

    assert said(page, ({"state": "updating"}, stage)) == [
        ("Is being updated: proving, 7 of 10 s", "updating")
    ]
