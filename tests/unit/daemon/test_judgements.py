"""A judgement is told once, and again where it is another one; what is up to date only ends what was told."""

from watcher.check.eligibility import For, Wait
from watcher.check.verdict import Status, Verdict
from watcher.daemon.judgements import judged, waiting
from watcher.model.update_events import Change, Judged, Waiting
from watcher.update.repeats import Repeats

WEB = Change("web")
OUTDATED = Verdict(Status.OUTDATED, "app:1 was a, is b", "a", "b")
CURRENT = Verdict(Status.CURRENT, "app:1 is a", "a", "a")
HELD = Verdict(Status.HELD, "failed on b", "a", "b", until=5.0)
WINDOW = Wait(For.WINDOW, "its window is Sun", 7.0)


def test_the_same_verdict_is_news_once_and_another_one_is() -> None:
    news = Repeats()

    told = [judged(news, WEB, each, "notify") for each in (OUTDATED, OUTDATED, HELD)]

    assert [each.is_news for each in told] == [True, False, True]
    assert told[2] == Judged(WEB, "held", "failed on b", "notify", 5.0, is_news=True)


def test_another_image_is_news_in_the_same_words() -> None:
    news, other = Repeats(), Verdict(Status.OUTDATED, OUTDATED.reason, "a", "c")

    assert [judged(news, WEB, each, "notify").is_news for each in (OUTDATED, other)] == [True, True]


def test_what_is_up_to_date_is_news_where_something_was_told_before() -> None:
    news = Repeats()

    told = [judged(news, WEB, each, "update").is_news for each in (CURRENT, OUTDATED, CURRENT, CURRENT)]

    assert told == [False, True, True, False]


def test_a_wait_is_news_once_in_the_words_that_are_told() -> None:
    news = Repeats()

    told = [waiting(news, WEB, OUTDATED, WINDOW, why) for why in (WINDOW.why, WINDOW.why, "app:1 is b")]

    assert [each.is_news for each in told] == [True, False, True]
    assert told[0] == Waiting(WEB, "window", "its window is Sun", 7.0, is_news=True)


def test_to_wait_is_no_failure() -> None:
    news = Repeats()

    for _ in range(3):
        waiting(news, WEB, OUTDATED, WINDOW, WINDOW.why)
        judged(news, WEB, HELD, "update")

    assert news.over(WEB.container) == 0


def test_what_is_told_of_one_is_news_of_another() -> None:
    news = Repeats()
    judged(news, WEB, OUTDATED, "notify")

    assert judged(news, Change("db"), OUTDATED, "notify").is_news
