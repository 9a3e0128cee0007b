"""An update that is not tried is a good end only where the container is up to date."""

import pytest

from watcher.check.eligibility import For
from watcher.check.judgement import Assessment
from watcher.check.verdict import Status, Verdict
from watcher.model.errors import Refused, Unknown, UpdateFailed, WatcherError
from watcher.swarm.reading import Found
from watcher.swarm.spec import Service
from watcher.update.consent import NotNow
from watcher.update.preconditions import is_tried, refuse_untried
from watcher.update.request import Request


def found(status: Status, *, by_person: bool = False, until: float = 0.0) -> Assessment:
    verdict = Verdict(status, "why", "old", until=until, by_person=by_person)
    return Assessment({"Name": "/web"}, None, verdict)


@pytest.mark.parametrize(
    ("status", "again", "expected"),
    [
        (Status.OUTDATED, False, True),
        (Status.HELD, False, False),
        (Status.HELD, True, True),
        (Status.CURRENT, True, False),
        (Status.UNKNOWN, True, False),
    ],
)
def test_what_is_tried(status: Status, again: bool, expected: bool) -> None:
    assert is_tried(found(status), Request(again=again)) is expected


def test_a_container_that_is_up_to_date_passes() -> None:
    refuse_untried(found(Status.CURRENT))


@pytest.mark.parametrize(
    ("judged", "error", "advice"),
    [
        (found(Status.UNKNOWN), Unknown, "pull or build it first"),
        (found(Status.HELD), UpdateFailed, "`watcher update --again web` tries it once more"),
        (found(Status.HELD, by_person=True), Refused, "`watcher release web` ends that"),
    ],
)
def test_any_other_is_refused_with_what_to_do(
    judged: Assessment, error: type[WatcherError], advice: str
) -> None:
    with pytest.raises(error, match=r"web: .*why") as refused:
        refuse_untried(judged)

    assert advice in refused.value.advice


def test_one_whose_cooldown_runs_has_not_failed_but_waits() -> None:
    with pytest.raises(NotNow, match=r"web is not updated until 20.*: why") as refused:
        refuse_untried(found(Status.HELD, until=2e9))

    assert (refused.value.wait.cause, refused.value.wait.until) == (For.COOLDOWN, 2e9)


def test_a_service_is_refused_in_the_same_words_and_has_nothing_to_be_built() -> None:
    service = Found(Service({"Spec": {"Name": "web"}}), None, Verdict(Status.HELD, "why", "old"))
    unknown = Found(service.service, None, Verdict(Status.UNKNOWN, "why", "old"))

    with pytest.raises(UpdateFailed, match=r"service/web: .*why") as held:
        refuse_untried(service, where_unknown="")
    with pytest.raises(Unknown) as refused:
        refuse_untried(unknown, where_unknown="")

    assert "`watcher update --again service/web` tries it once more" in held.value.advice
    assert refused.value.advice == ""
