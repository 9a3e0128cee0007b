"""A registry that is down is said once, whichever of its tags is asked for."""

import pytest

from watcher.daemon.registry_outages import Down


@pytest.fixture
def down() -> Down:
    return Down()


def test_a_registry_is_said_once_for_all_its_tags(down: Down) -> None:
    said = [down.is_news("r", tag, "unreachable") for tag in ("a", "b", "a")]

    assert said == [True, False, False]
    assert down.is_news("other", "a", "unreachable")


def test_another_trouble_of_a_registry_is_said_too(down: Down) -> None:
    said = [down.is_news("r", "a", trouble) for trouble in ("unreachable", "broken", "broken")]

    assert said == [True, True, False]


def test_a_registry_is_back_when_all_that_failed_have_their_answer(down: Down) -> None:
    for tag in ("a", "b", "b"):
        down.is_news("r", tag, "unreachable")

    assert [down.over("r", tag) for tag in ("c", "a", "b")] == [0, 0, 2]
    assert down.is_news("r", "a", "unreachable")


def test_a_registry_is_down_while_one_of_its_tags_has_no_answer(down: Down) -> None:
    down.is_news("r", "a", "unreachable")
    assert [down.is_down("r"), down.is_down("other")] == [True, False]

    down.over("r", "a")
    assert not down.is_down("r")


def test_one_tag_that_always_fails_is_not_said_again_for_others_that_do_not(down: Down) -> None:
    down.is_news("r", "a", "no answer")

    assert down.over("r", "b") == 0
    assert not down.is_news("r", "a", "no answer")
