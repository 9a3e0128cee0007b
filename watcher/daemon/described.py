"""What a message tells programs of a container: the keys that every command has of it."""

import contextlib

from watcher.check.records import one, record
from watcher.check.shown import NOT_FOLLOWED, Shown
from watcher.check.verdict import Status, Verdict
from watcher.host.context import Context
from watcher.model.errors import WatcherError
from watcher.model.json_object import Json
from watcher.model.release import Release, Releases
from watcher.notifications.news import CONTAINER, News


async def described(context: Context, news: News) -> Json:
    """The container that news is about, as it is now.

    A tag, a registry and a container that cannot be asked for have the same keys, with what is known of them.
    """
    if news.subject == CONTAINER:
        with contextlib.suppress(WatcherError):
            return await one(context, news.container)
    return record(_known(context, news))


def _known(context: Context, news: News) -> Shown:
    verdict = Verdict(Status.UNKNOWN, news.why, news.old.get("id", ""), news.new.get("id", ""))
    releases = Releases(_release(news.old), _release(news.new), news.link)
    about = news.container, "", news.image, "-", NOT_FOLLOWED, verdict
    return Shown(*about, engine=context.engine_name, releases=releases)


def _release(image: Json) -> Release:
    return Release(version=image.get("version") or "")
