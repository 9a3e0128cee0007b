"""One judgement by all that was read; what was not read does not count."""

from typing import Any

import pytest
from attrs import evolve

from watcher.check.judgement import Facts, assessed, judge, unknown
from watcher.check.verdict import Meaning, Status
from watcher.model.labels import LEFT
from watcher.store.failures import Failure, LastQuestion, Seen

OLD, NEW, NEXT = (f"sha256:{digit * 64}" for digit in "123")
NOW, DAY = 1_800_000_000.0, 86_400.0
WEB = {"Id": "c", "Name": "/web", "Image": OLD, "Config": {"Image": "app:1"}}
WENT_BACK = WEB | {"Config": {"Image": "app:1", "Labels": {LEFT: NEW}}}
CURRENT = Facts(WEB, {"Id": OLD}, now=NOW)
OUTDATED = Facts(WEB, {"Id": NEW}, now=NOW)
PINNED = Facts(WEB | {"Config": {"Image": f"app@{NEXT}"}}, now=NOW)
AHEAD = Seen((NEXT,), NOW - 60, OLD)  # of the registry, while the engine has the old one
HERE = Seen((NEW,), NOW - 60, NEW)
FAILED = Failure(NEW, "it crashed", "2026-01-01T00:00:00+00:00")
DOWN = LastQuestion(NOW, NOW - 60, "no route to host", OLD)
OURS, THEIRS = Meaning(NEXT, is_ours=True), Meaning(NEXT, is_ours=False)


@pytest.mark.parametrize(
    ("facts", "status", "target"),
    [
        (CURRENT, Status.CURRENT, OLD),
        (OUTDATED, Status.OUTDATED, NEW),
        (Facts(WEB), Status.UNKNOWN, ""),
        (PINNED, Status.CURRENT, OLD),
        # what failed
        (evolve(OUTDATED, failure=FAILED), Status.HELD, NEW),
        (evolve(OUTDATED, failure=evolve(FAILED, image=NEXT)), Status.OUTDATED, NEW),
        (evolve(CURRENT, failure=FAILED), Status.CURRENT, OLD),
        (evolve(CURRENT, failure=evolve(FAILED, image=OLD)), Status.CURRENT, OLD),
        # what is pinned, or not here
        (evolve(PINNED, seen=HERE, cooldown=DAY), Status.CURRENT, OLD),
        (Facts(WEB, asked=DOWN), Status.UNKNOWN, ""),
        (Facts(WEB, seen=AHEAD, cooldown=DAY, meaning=THEIRS, asked=DOWN), Status.OUTDATED, ""),
        # what a person went back from
        (evolve(OUTDATED, container=WENT_BACK), Status.HELD, NEW),
        (evolve(OUTDATED, container=WENT_BACK, released=True), Status.OUTDATED, NEW),
        (evolve(OUTDATED, container=WENT_BACK, tagged={"Id": NEXT}), Status.OUTDATED, NEXT),
        (evolve(CURRENT, container=WENT_BACK), Status.CURRENT, OLD),
        # what the registry was last seen to have, and for how long
        (evolve(OUTDATED, seen=HERE, cooldown=DAY), Status.HELD, NEW),
        (evolve(OUTDATED, seen=HERE, cooldown=60), Status.OUTDATED, NEW),
        (evolve(CURRENT, seen=AHEAD, cooldown=DAY), Status.HELD, ""),
        (evolve(CURRENT, seen=AHEAD), Status.OUTDATED, ""),
        (evolve(CURRENT, seen=HERE, cooldown=DAY), Status.CURRENT, OLD),
        # what the daemon had no answer for
        (evolve(CURRENT, asked=DOWN), Status.UNKNOWN, ""),
        (evolve(OUTDATED, asked=DOWN), Status.OUTDATED, NEW),
        (evolve(CURRENT, asked=evolve(DOWN, local=NEW)), Status.CURRENT, OLD),
        (evolve(CURRENT, asked=evolve(DOWN, why="")), Status.CURRENT, OLD),
        # what the registry says now
        (evolve(CURRENT, meaning=THEIRS), Status.OUTDATED, ""),
        (evolve(CURRENT, meaning=OURS), Status.CURRENT, OLD),
        (evolve(OUTDATED, meaning=OURS), Status.CURRENT, OLD),
        (evolve(Facts(WEB), meaning=THEIRS), Status.OUTDATED, ""),
        (evolve(PINNED, meaning=THEIRS), Status.CURRENT, OLD),
        # and together
        (evolve(OUTDATED, failure=FAILED, seen=HERE, cooldown=DAY), Status.HELD, NEW),
        (evolve(CURRENT, seen=AHEAD, asked=DOWN), Status.OUTDATED, ""),
        (evolve(CURRENT, seen=HERE, asked=DOWN), Status.UNKNOWN, ""),
        (evolve(CURRENT, meaning=THEIRS, failure=FAILED), Status.OUTDATED, ""),
    ],
)
def test_a_judgement_follows_from_what_is_known(facts: Facts, status: Status, target: str) -> None:
    verdict = judge(facts)

    assert (verdict.status, verdict.running, verdict.target) == (status, OLD, target)


def test_what_failed_is_said_and_not_that_a_cooldown_runs_too() -> None:
    verdict = judge(evolve(OUTDATED, failure=FAILED, seen=HERE, cooldown=DAY))

    assert (verdict.reason, verdict.until) == (f"failed on {'2' * 12}: it crashed", 0)


@pytest.mark.parametrize(("platform", "text"), [("", ""), ("linux/arm64", " linux/arm64")])
def test_a_tag_is_that_of_a_platform(platform: str, text: str) -> None:
    tag = evolve(CURRENT, platform=platform).tag

    assert str(tag) == f"docker.io/library/app:1{text}"
    assert evolve(PINNED, platform=platform).tag is None


def test_a_judgement_keeps_what_it_is_of() -> None:
    found = assessed(OUTDATED)

    assert (found.name, found.container, found.image) == ("web", WEB, {"Id": NEW})
    assert found.verdict == judge(OUTDATED)


def test_what_cannot_be_judged_is_unknown_and_never_up_to_date() -> None:
    odd: dict[str, Any] = {"Name": "/web", "Image": OLD}

    verdict = unknown(odd, "its labels cannot be read").verdict

    assert (verdict.status, verdict.running, verdict.target) == (Status.UNKNOWN, OLD, "")
    assert verdict.reason == "its labels cannot be read"
