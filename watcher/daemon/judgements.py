"""What is told of a judgement, of a container's and of a service's alike: once, until it is another one."""

from watcher.check.eligibility import Wait
from watcher.check.verdict import Status, Verdict
from watcher.model.update_events import Change, Judged, Waiting
from watcher.update.repeats import Repeats


def judged(news: Repeats, change: Change, verdict: Verdict, mode: str) -> Judged:
    """The event for a verdict by which no update begins; the verdict `up to date` ends what was told before.

    Args:
        news: What was told last of each container, or service.
        change: The update that there is, or none.
        verdict: The container's, or the service's.
        mode: Its mode.
    """
    if verdict.status is Status.CURRENT:
        is_news = news.is_told(change.container)
        news.over(change.container)
    else:
        is_news = _is_news(news, change, verdict, verdict.status.value, verdict.reason)
    return Judged(change, verdict.status.value, verdict.reason, mode, verdict.until, is_news)


def waiting(news: Repeats, change: Change, verdict: Verdict, wait: Wait, why: str) -> Waiting:
    """The event for an update that waits; `why` is the wait in the words that are told of it."""
    is_news = _is_news(news, change, verdict, wait.cause.value, why)
    return Waiting(change, wait.cause.value, why, wait.until, is_news)


def _is_news(news: Repeats, change: Change, verdict: Verdict, what: str, why: str) -> bool:
    return news.is_news(change.container, f"{what}: {why} {verdict.target}", failed=False)
