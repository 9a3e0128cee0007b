"""How the daemon's last question about a tag ended, for judgements that ask no registry themselves.

A container that runs what its tag means here is up to date only as far as somebody could ask: where the
daemon that shares our state directory could not ask, nobody knows.
"""

import time
from datetime import datetime

from attrs import evolve

from watcher.check.verdict import Status, Verdict
from watcher.model.errors import Resting, WatcherError
from watcher.model.reference import Tag
from watcher.store.failures import LastQuestion
from watcher.store.state import Memory


async def note(memory: Memory, tag: Tag, local: str, error: WatcherError | None) -> None:
    """Note how a question about a tag ended.

    Args:
        memory: The state directory.
        tag: The tag that was asked for.
        local: The id of the image that it means in the engine; empty where none.
        error: What went wrong; None where the registry answered.
    """
    last, now, why = await memory.asked(str(tag)), time.time(), error.message if error else ""
    if last and last.why and isinstance(error, Resting):
        why = last.why  # what brought the rest about is the better answer
    is_same = last is not None and bool(last.why) == bool(why) and last.local == local
    since = last.since if last and is_same else now
    await memory.keep_asked(str(tag), LastQuestion(now, since, why, local))


async def answered(memory: Memory, tag: Tag) -> None:
    """Note that a command had an answer, where the daemon's last question had none."""
    last = await memory.asked(str(tag))
    if last and last.why:
        await note(memory, tag, last.local, None)


def unanswered(verdict: Verdict, last: LastQuestion, local: str) -> Verdict:
    """Judge anew: unknown where the daemon's last question had no answer and the tag has not moved since.

    Args:
        verdict: By the engine, and by what the registry was last seen to have.
        last: How that question ended.
        local: The id of the image that the tag means in the engine.
    """
    if verdict.status is not Status.CURRENT or not last.why or last.local != local:
        return verdict
    since = datetime.fromtimestamp(last.since).astimezone().isoformat(timespec="seconds")
    return evolve(verdict, status=Status.UNKNOWN, reason=f"since {since}: {last.why}", target="")
