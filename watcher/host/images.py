"""The one way to registries: through the engine, which pulls, or directly, where no layer may come.

Logins are found here and sent along, and every registry is asked politely (`rate_limit`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Self

from watcher.engine.client import Engine
from watcher.model.errors import (
    Barred,
    EngineError,
    EngineUnavailable,
    NoAnswer,
    RegistryError,
    Resting,
    Trouble,
    WatcherError,
)
from watcher.model.json_object import Json
from watcher.model.progress import Progress
from watcher.model.reference import ImageRef
from watcher.model.registry_events import RegistryAsked
from watcher.registry import stalled_pull
from watcher.registry.allowance import Allowance
from watcher.registry.answers import SharedAnswers
from watcher.registry.client import Descriptor, Registry, is_digest
from watcher.registry.credentials import Credentials
from watcher.registry.error_classes import ADVICE, advice_on, classify
from watcher.registry.insecure import InsecureRegistries
from watcher.registry.login import Login
from watcher.registry.messages import garbage
from watcher.registry.stalled_pull import Stall

_SAY_AFTER_S = 5.0
_OUT_OF_REACH = (Trouble.UNREACHABLE, Trouble.NO_ANSWER)


class Registries:
    """Every registry that an engine's containers come from.

    Everything raises RegistryError where a registry, or the engine for it, could not be asked or refused;
    Resting where the registry failed so a moment ago; and EngineUnavailable where the engine went away.

    An asynchronous context manager, which closes its connections.

    Args:
        engine: That pulls.
        credentials: The logins.
        asked: What is shared with the other engines of this process.

    Attributes:
        tell: Told of each question about a tag, where somebody wants to know.
    """

    def __init__(self, engine: Engine, credentials: Credentials, asked: SharedAnswers | None = None) -> None:
        self._engine = engine
        self._credentials = credentials
        self._asked = asked or SharedAnswers()
        self._limiter = self._asked.limiter
        self._indirect = self._asked.indirect
        self.tell: Callable[[RegistryAsked], None] = _to_nobody
        self._direct = Registry(credentials, InsecureRegistries(engine.info).holds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._direct.close()

    @property
    def are_shared(self) -> bool:
        """Whether further engines of this process want to know the same."""
        return self._asked.answers is not None

    def rest(self, domain: str) -> float:
        """Seconds that a registry is still to be left alone."""
        return self._limiter.rest(domain)

    def why_resting(self, domain: str) -> str:
        """Why a registry is left alone; empty where it is not."""
        return self._limiter.why(domain)

    def allowance(self, domain: str) -> Allowance | None:
        """What a registry told last of its limit, as far as it was asked by us and not by the engine."""
        return self._direct.allowances.get(domain)

    def anew(self) -> None:
        """Forget the answers of registries that were shared among engines."""
        self._asked.anew()

    def forget(self) -> None:
        """Ask every registry anew, but none that refused the login."""
        self._asked.forget()

    async def pull(self, ref: ImageRef, platform: str, progress: Progress) -> None:
        """Pull a tag, to the end of the engine's report, which may hold an error after its 200."""
        async with self._counted(ref), self._turn(ref) as login:
            try:
                await self._pull(ref, platform, login, progress)
            except EngineError as error:
                if _is_gone(error):
                    raise
                raise await self._explained(ref, login, error) from error

    async def login(self, ref: ImageRef) -> dict[str, str]:
        """The header by which others than the engine pull a tag; nothing where there is no login."""
        return (await self._credentials.find(ref.domain)).header(ref.domain)

    async def descriptor(self, ref: ImageRef) -> Descriptor:
        """What a tag means in its registry; no layer is pulled."""
        async with self._counted(ref), self._turn(ref) as login:
            try:
                found = await self._asked.once(ref, lambda: self._direct.head(ref))
            except RegistryError as error:
                if error.trouble not in _OUT_OF_REACH:
                    raise
                found = await self._through_engine(ref, login, error)
                self._indirect.add(ref.domain)
            else:
                self._indirect.discard(ref.domain)
        return found

    async def manifest(self, ref: ImageRef, digest: str) -> Json | None:
        """The manifest or index of a digest; None where only the engine can reach the registry."""
        if ref.domain in self._indirect:
            return None
        async with self._turn(ref):
            return await self._asked.once((ref, digest), lambda: self._direct.manifest(ref, digest))

    @asynccontextmanager
    async def _counted(self, ref: ImageRef) -> AsyncIterator[None]:
        """Tell whether a registry said what a tag means; a registry that is left alone was not asked."""
        try:
            yield
        except Resting:
            raise
        except RegistryError as error:
            self.tell(RegistryAsked(ref.domain, error.trouble))
            raise
        self.tell(RegistryAsked(ref.domain))

    @asynccontextmanager
    async def _turn(self, ref: ImageRef) -> AsyncIterator[Login]:
        """Wait for a turn at a tag's registry; what goes wrong within is said of the tag."""
        login = await self._credentials.find(ref.domain)
        try:
            async with self._limiter.turn(ref.domain, login):
                yield login
        except RegistryError as error:
            raise type(error)(
                f"cannot tell whether {ref.familiar} has an update: {error.message}",
                trouble=error.trouble,
                retry_after=error.retry_after,
                advice=error.advice or ADVICE[error.trouble],
            ) from error

    async def _pull(self, ref: ImageRef, platform: str, login: Login, progress: Progress) -> None:
        lines = self._engine.pull(str(ref), platform, login.header(ref.domain))
        clock, waits = asyncio.get_running_loop(), {"waits": f"{ref.domain} to answer"}
        stalled, word = None, clock.call_later(_SAY_AFTER_S, progress, waits)
        try:
            async with asyncio.timeout(stalled_pull.ANSWER_LIMIT_S) as limit, aclosing(lines):
                async for line in lines:
                    word.cancel()
                    stalled = stalled or Stall(clock.time())
                    limit.reschedule(stalled.deadline(line, clock.time()))
                    progress(line)
        except TimeoutError as error:
            raise _given_up(ref, has_answered=stalled is not None) from error
        finally:
            word.cancel()

    async def _explained(self, ref: ImageRef, login: Login, error: EngineError) -> RegistryError:
        trouble = (
            Trouble.NO_ANSWER
            if isinstance(error, NoAnswer)
            else classify(error.message, anonymous=login.anonymous)
        )
        retry_after = await self._retry_after(ref) if trouble is Trouble.TOO_MANY else None
        if trouble is Trouble.BAD_LOGIN:
            self._credentials.forget(ref.domain)
        words = f"{error.message} ({login.trouble})" if login.trouble else error.message
        advice = advice_on(error.message, trouble, ref.domain)
        return RegistryError(words, trouble=trouble, retry_after=retry_after, advice=advice)

    async def _retry_after(self, ref: ImageRef) -> float | None:
        """Ask what the engine does not pass on: for how long the registry wants to be left alone."""
        try:
            await self._direct.head(ref)
        except RegistryError as error:
            return error.retry_after
        return None

    async def _through_engine(self, ref: ImageRef, login: Login, ours: RegistryError) -> Descriptor:
        """Let the engine ask: it may reach, by a mirror or a proxy, what we do not."""
        try:
            found = await self._engine.distribution(str(ref), login.header(ref.domain))
        except Barred:
            raise ours from None
        except EngineError as error:
            if _is_gone(error):
                raise
            theirs = await self._explained(ref, login, error)
            raise ours if theirs.trouble in _OUT_OF_REACH else theirs from error
        described = (found if isinstance(found, dict) else {}).get("Descriptor") or {}
        if not is_digest(described.get("digest")):
            raise garbage(f"ask for {ref.familiar} through the engine", "what it says of the digest is none")
        return Descriptor(described["digest"], str(described.get("mediaType")))


def _to_nobody(_: RegistryAsked) -> None:
    """Tell nobody of a question."""


def _given_up(ref: ImageRef, *, has_answered: bool) -> WatcherError:
    """Say why a pull was given up; a registry that has answered may send others of its tags."""
    if not has_answered:
        return NoAnswer(
            f"cannot pull {ref}: no answer from {ref.domain} in {stalled_pull.ANSWER_LIMIT_S:.0f} s"
        )
    why = f"{ref.domain} has sent next to nothing for {stalled_pull.PROGRESS_LIMIT_S:.0f} s"
    return RegistryError(f"cannot pull {ref}: {why}", trouble=Trouble.OTHER, advice=ADVICE[Trouble.NO_ANSWER])


def _is_gone(error: EngineError) -> bool:
    """Whether no registry was asked; where the engine gave no answer, the registry gave it none."""
    return isinstance(error, EngineUnavailable | Barred) and not isinstance(error, NoAnswer)
