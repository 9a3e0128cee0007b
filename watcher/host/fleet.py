"""The engines that one process looks after, and on which of them the container is that a person means."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping

from attrs import field

from watcher.host.context import Context
from watcher.model.errors import Ambiguous, EngineError, NoSuchContainer, Refused, WatcherError
from watcher.model.json_object import Json
from watcher.model.names import SERVICE_PREFIX, Marker, container_name, name_of
from watcher.model.values import frozen


@frozen
class Meant:
    """What a person asked of one engine.

    Attributes:
        context: The engine.
        names: What its containers are called, without the engine's name.
    """

    context: Context
    names: tuple[str, ...]


@frozen
class Fleet:
    """Several engines, or, as nearly always, one; each is isolated from the others.

    Attributes:
        contexts: All of them, in the order in which they were named.
        away: The errors of those that could not be opened just now, by the engines' names.
    """

    contexts: tuple[Context, ...]
    away: Mapping[str, EngineError] = field(factory=dict)

    @property
    def here(self) -> tuple[Context, ...]:
        """The engines that can be asked now."""
        return tuple(each for each in self.contexts if each.engine_name not in self.away)

    @property
    def first(self) -> Context:
        """The engine that was named first; it does what belongs to no engine, or to all of them."""
        return self.contexts[0]

    @property
    def is_alone(self) -> bool:
        """Whether there is one engine only, and no need to name it."""
        return len(self.contexts) == 1

    @property
    def sole(self) -> Context:
        """The one engine, of a command that works on one only.

        Raises:
            Refused: There are several.
        """
        if not self.is_alone:
            names = ", ".join(each.engine_name for each in self.contexts)
            raise Refused(
                f"this command works on one engine, and CTR_UPDATER_ENGINES names {names}",
                advice="leave one in CTR_UPDATER_ENGINES",
            )
        return self.first

    async def one(self, text: str, rows: Mapping[str, list[Json]] | None = None) -> tuple[Context, str]:
        """The engine of the container that a person calls so, and its name there.

        Args:
            text: What it is called.
            rows: The containers of engines that need not be asked for them.

        Raises:
            WatcherError: Nothing, or more than one container, answers to it; or an engine could not be asked.
        """
        groups, errors = await self.meant([text], rows)
        for error in errors.values():
            raise error
        return groups[0].context, groups[0].names[0]

    async def meant(
        self, texts: Iterable[str], rows: Mapping[str, list[Json]] | None = None
    ) -> tuple[list[Meant], dict[str, WatcherError]]:
        """Sort the names that a person gave by engines; and the errors of names that mean nothing."""
        if self.is_alone:
            return [Meant(self.first, tuple(texts))], {}
        found, errors = dict[str, list[str]](), dict[str, WatcherError]()
        known, away = {**(rows or {})}, {**self.away}
        for text in texts:
            try:
                engine, name = await self._meant(text, known, away)
            except WatcherError as error:
                errors[text] = error
            else:
                found.setdefault(engine, []).append(name)
        groups = [Meant(each, tuple(found.get(each.engine_name, ()))) for each in self.contexts]
        return [each for each in groups if each.names], errors

    async def _meant(
        self, text: str, rows: dict[str, list[Json]], away: dict[str, EngineError]
    ) -> tuple[str, str]:
        """The engine and the name there; `rows` and `away` are filled with what each engine answers."""
        engine, slash, name = text.removeprefix("/").partition("/")
        if slash:
            return self._named(engine, text), name
        await self._list(rows, away)
        plain = container_name(text) or text
        having = [engine for engine, there in rows.items() if _answers(plain, there)]
        if len(having) == 1:
            return having[0], text
        raise self._doubtful(text, having, away)

    async def _list(self, rows: dict[str, list[Json]], away: dict[str, EngineError]) -> None:
        """Ask each engine not asked yet for its containers: an engine that refuses stops no other."""
        for context in self.contexts:
            name = context.engine_name
            if name not in rows and name not in away:
                try:
                    rows[name] = await context.engine.containers(stopped=True)
                except EngineError as error:
                    away[name] = error

    def _named(self, engine: str, text: str) -> str:
        if engine in self.away:
            raise _of_engine(engine, self.away[engine])
        names = [each.engine_name for each in self.contexts]
        if f"{engine}/" == SERVICE_PREFIX:
            which = ", ".join(f"{name}/{text}" for name in names)
            raise NoSuchContainer(f"{text!r}: there are several engines", advice=f"say which: {which}")
        if engine not in names:
            raise NoSuchContainer(
                f"{text!r}: there is no engine called {engine!r}", advice=f"it is one of {', '.join(names)}"
            )
        return engine

    def _doubtful(self, text: str, having: Collection[str], away: Mapping[str, EngineError]) -> WatcherError:
        if having:
            fitting = ", ".join(f"{engine}/{text}" for engine in having)
            return Ambiguous(f"{text!r} is on several engines", advice=f"say which: {fitting}")
        for engine, error in away.items():
            return _of_engine(f"cannot tell on which engine {text!r} is: {engine}", error)
        names = " or ".join(each.engine_name for each in self.contexts)
        return NoSuchContainer(
            f"no such container: {text!r} is on none of {names}",
            advice="`watcher list --all` lists what runs",
        )


def name_engine(context: Context, error: WatcherError) -> None:
    """Where there are several engines, have an error say of which one it is."""
    error.message = context.told(error.message)


@contextlib.contextmanager
def named(context: Context) -> Iterator[None]:
    """Have each error that is raised within the block name its engine."""
    try:
        yield
    except WatcherError as error:
        name_engine(context, error)
        raise


def _of_engine(engine: str, error: EngineError) -> EngineError:
    """An error whose line begins with the engine's name; the error itself may be told of other names, too."""
    return type(error)(f"{engine}: {error.message}", status=error.status, advice=error.advice)


def _answers(name: str, rows: Iterable[Json]) -> bool:
    """Whether a container of an engine has this name or id, or an update of one of this name is open."""
    for row in rows:
        marker = Marker.parse(name_of(row))
        if name == name_of(row) or row["Id"].startswith(name) or (marker and marker.name == name):
            return True
    return False
