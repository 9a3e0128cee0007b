"""What registries said lately, for several engines of one process: each tag is asked for once for all.

For one event loop. An answer holds until all are to be asked anew, an error only for as long as it keeps
callers that want it at the same time from asking too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from watcher.registry.rate_limit import Limiter

T = TypeVar("T")

ERROR_S = 5.0  # the engines of one process ask at the same moment, and each tries again later than that


class Answers:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self._of: dict[Hashable, asyncio.Task[Any]] = {}

    async def of(self, question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, for which the first caller asks; the other callers wait for it.

        A caller that stops waiting does not keep the others from it.

        Raises:
            WatcherError: What asking raised.
        """
        if question not in self._of:
            task = self._of[question] = asyncio.create_task(_asked(ask))
            task.add_done_callback(lambda done: self._ended(question, done))
        answer: T = await asyncio.shield(self._of[question])
        return answer

    def forget(self) -> None:
        """Have everything asked anew, also what is being asked just now: the answer may be of before."""
        self._of.clear()

    def _ended(self, question: Hashable, task: "asyncio.Task[Any]") -> None:
        if task.cancelled():
            self._drop(question, task)
        elif task.exception():
            asyncio.get_running_loop().call_later(ERROR_S, self._drop, question, task)

    def _drop(self, question: Hashable, task: "asyncio.Task[Any]") -> None:
        if self._of.get(question) is task:
            del self._of[question]


class SharedAnswers:
    """What the engines of one process share of all registries.

    Attributes:
        limiter: Gives turns at the registries.
        indirect: The domains of registries that only an engine can reach.
        answers: What they said; None where there is one engine only, which wants to know it anew each time.
    """

    def __init__(self, *, shares: bool = False) -> None:
        self.limiter = Limiter()
        self.indirect = set[str]()
        self.answers = Answers() if shares else None

    async def once(self, question: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask; once for all engines where there are several.

        Raises:
            WatcherError: What asking raised.
        """
        return await (self.answers.of(question, ask) if self.answers else ask())

    def anew(self) -> None:
        """Let no answer count any more."""
        if self.answers:
            self.answers.forget()

    def forget(self) -> None:
        """Ask every registry anew, but none that refused the login."""
        self.limiter.forget()
        self.anew()


async def _asked(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()
