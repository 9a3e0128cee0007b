"""A helper is told which image was judged, and on which terms; it takes no other."""

from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner

from watcher.check.judgement import Assessment
from watcher.check.verdict import Status, Verdict
from watcher.cli import main
from watcher.model.errors import Refused
from watcher.update.errand import Orders
from watcher.update.own.helper_terms import ITSELF, Errand, image_before, labels_of, refuse_another, words

TARGET, OTHER = "sha256:" + "d" * 64, "sha256:" + "e" * 64
ERRAND = Errand("up", "a" * 64, TARGET)


def understood(
    errand: Errand,
    monkeypatch: pytest.MonkeyPatch,
    engine: str = "",
    home: str = "h",
    *,
    beats: bool = False,
) -> Orders:
    """What a helper makes of its words."""
    found = list[Orders]()

    class Commands:
        @staticmethod
        def self_update(**orders: Any) -> None:
            found.append(Orders(**orders))

    def run(made: Any, **_: Any) -> int:
        made(Commands)
        return 0

    monkeypatch.setattr(main, "run", run)
    done = CliRunner().invoke(main.main, [*words(errand, "daemon", engine, home, beats=beats)])
    assert done.exit_code == 0, done.output
    return found[0]


@pytest.mark.parametrize("term", ["again", "unattended", "cautious"])
@pytest.mark.parametrize("given", [True, False])
def test_the_helper_asks_for_the_image_on_the_terms_that_were_judged(
    monkeypatch: pytest.MonkeyPatch, term: str, *, given: bool
) -> None:
    terms: dict[str, Any] = {term: given}
    request = understood(evolve(ERRAND, **terms), monkeypatch).request

    assert (request.target, getattr(request, term)) == (TARGET, given)
    assert request.pull is False


def test_all_else_is_understood_as_it_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = understood(ERRAND, monkeypatch, engine="nas")

    assert (found.name, found.by, found.engine, found.home, found.itself) == (
        "up",
        "daemon",
        "nas",
        "h",
        True,
    )


def test_the_helper_of_a_way_to_the_engine_is_not_told_that_it_is_the_updater(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = understood(evolve(ERRAND, proxy={}), monkeypatch, engine="nas")

    assert (found.itself, found.engine) == (False, "")


def test_what_people_approved_is_not_asked_for_where_nobody_can_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = understood(evolve(ERRAND, unattended=True, cautious=True), monkeypatch, home="")

    assert (found.unattended, found.cautious) == (False, True)


@pytest.mark.parametrize(("proxy", "home", "seen"), [(None, "h", True), (None, "", False), ({}, "h", False)])
def test_a_sign_of_life_is_asked_of_an_updater_whose_state_directory_the_helper_has(
    monkeypatch: pytest.MonkeyPatch, proxy: dict[str, Any] | None, home: str, *, seen: bool
) -> None:
    found = understood(evolve(ERRAND, proxy=proxy), monkeypatch, home=home, beats=True)

    assert found.beats is seen
    assert not understood(evolve(ERRAND, proxy=proxy), monkeypatch, home=home).beats


def judged(target: str) -> Assessment:
    return Assessment({"Name": "/up"}, None, Verdict(Status.OUTDATED, "newer", "sha256:old", target))


def test_another_image_than_that_which_was_judged_is_not_taken() -> None:
    with pytest.raises(Refused, match="up is not updated: its tag does not mean the image any more"):
        refuse_another(judged(OTHER), TARGET)


@pytest.mark.parametrize("wanted", [TARGET, ""])
def test_that_image_is_taken_and_any_where_none_was_judged(wanted: str) -> None:
    refuse_another(judged(TARGET), wanted)


OWN_IMAGE, PROXY_IMAGE = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def helper(*words_: str, **labels: str) -> dict[str, Any]:
    """A helper as inspected, which is made from the updater's present image."""
    return {"Image": OWN_IMAGE, "Config": {"Entrypoint": ["watcher", *words_], "Labels": labels}}


@pytest.mark.parametrize(
    ("errand", "before"),
    [
        pytest.param(ERRAND, OWN_IMAGE, id="the updater itself"),
        pytest.param(evolve(ERRAND, proxy={"Image": PROXY_IMAGE}), PROXY_IMAGE, id="a socket proxy"),
    ],
)
def test_a_helper_that_tells_nothing_more_still_says_which_image_its_errand_led_away_from(
    errand: Errand, before: str
) -> None:
    said = [*words(errand, "daemon", "", "")]

    assert image_before(helper(*said, **labels_of(errand, OWN_IMAGE))) == before


@pytest.mark.parametrize(("words_", "before"), [([ITSELF], OWN_IMAGE), ([], "")])
def test_of_a_helper_of_the_version_before_only_a_self_updates_old_image_is_known(
    words_: list[str], before: str
) -> None:
    assert image_before(helper(*words_)) == before
    assert image_before(helper(*words_) | {"Config": {"Entrypoint": words_, "Labels": None}}) == before
