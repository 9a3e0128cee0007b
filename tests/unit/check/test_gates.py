"""How an image stands with its gate, by what that said of each of its digests."""

from typing import Any

from watcher.check.gates import Standing, judged_by
from watcher.model.reference import ImageRef
from watcher.store.gate_answers import GateAnswer

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PASSED = GateAnswer("passed", "yes", 1.0)
REFUSED = GateAnswer("refused", "no", 1.0)
SOON, LATER = (GateAnswer("unknown", "perhaps", 1.0, 1, until) for until in (60.0, 90.0))


def standing(**answers: GateAnswer | None) -> Standing:
    return Standing("signed", "sha256:t", answers)


def test_it_is_asked_about_each_digest_in_the_tags_own_repository() -> None:
    digests = [f"web@{TWO}", f"mirror.lan/web@{ONE}", f"docker.io/library/web@{ONE}", "<none>@<none>"]
    image: dict[str, Any] = {"RepoDigests": digests}

    found = judged_by(image, ImageRef.parse("web:1"))

    assert found == [f"docker.io/library/web@{ONE}", f"docker.io/library/web@{TWO}"]
    assert judged_by({"RepoDigests": None}, ImageRef.parse("web:1")) == []


def test_one_digest_that_passed_is_enough() -> None:
    found = standing(a=REFUSED, b=PASSED, c=None, d=SOON)

    assert found.has_passed
    assert found.barred is None


def test_what_was_not_asked_is_not_barred_and_has_not_passed() -> None:
    found = standing(a=REFUSED, b=None)

    assert not found.has_passed
    assert found.barred is None


def test_what_could_not_be_said_is_asked_again_before_what_was_refused_holds() -> None:
    assert standing(a=REFUSED).barred == REFUSED
    assert standing(a=REFUSED, b=LATER, c=SOON).barred == SOON
    assert not standing(a=REFUSED, b=SOON).has_passed


def test_an_image_without_a_digest_is_barred() -> None:
    barred = standing().barred

    assert barred
    assert (barred.result, barred.until) == ("refused", 0)
    assert barred.why.startswith("the gate signed cannot judge it: ")
    assert not standing().has_passed
