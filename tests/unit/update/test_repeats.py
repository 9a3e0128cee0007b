"""What is told once, and what is told again."""

from watcher.update.repeats import Repeats


def test_the_same_words_about_the_same_thing_are_news_once() -> None:
    repeats = Repeats()

    assert [repeats.is_news("web", "it crashed") for _ in range(3)] == [True, False, False]


def test_other_words_and_other_things_are_news() -> None:
    repeats = Repeats()
    repeats.is_news("web", "it crashed")

    assert repeats.is_news("db", "it crashed")
    assert repeats.is_news("web", "it hangs")
    assert repeats.is_news("web", "it crashed")


def test_what_is_over_is_news_again_and_was_counted() -> None:
    repeats = Repeats()
    for _ in range(3):
        repeats.is_news("web", "it crashed")

    assert (repeats.over("web"), repeats.over("web"), repeats.is_news("web", "it crashed")) == (3, 0, True)


def test_failures_are_counted_in_whichever_words_and_no_reason_to_wait_is_one() -> None:
    repeats = Repeats()
    for words in ("it crashed", "it hangs", "it hangs"):
        repeats.is_news("web", words)
    for _ in range(9):
        repeats.is_news("web", "its window is Sun", failed=False)

    assert (repeats.is_told("web"), repeats.over("web"), repeats.is_told("web")) == (True, 3, False)


def test_what_was_said_of_what_is_gone_is_forgotten() -> None:
    repeats = Repeats()
    for about in ("web", "db"):
        repeats.is_news(about, "it failed")

    repeats.keep({"db", "other"})

    assert [repeats.is_news(about, "it failed") for about in ("web", "db")] == [True, False]
