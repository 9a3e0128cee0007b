"""Which of several engines is meant, and what all of them say together."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from watcher.config.policy import Policy
from watcher.engine.client import Engine
from watcher.engine.endpoint import find
from watcher.host.context import Context
from watcher.host.fleet import Fleet
from watcher.host.publisher import Publisher
from watcher.model.errors import EngineError, EngineUnavailable, NoSuchContainer
from watcher.model.events import EngineFollowed, EngineGone, Event, SubscriberFailed
from watcher.store.state import Memory
from watcher.web import engines
from watcher.web.engine_daemons import EngineDaemons
from watcher.web.engines import ServedEngine, ServedEngines

Make = Callable[..., ServedEngines]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes engines of these names, all of them followed, none of them asked for anything."""

    def context(name: str, prefix: str) -> Context:
        engine = Engine(find())
        events, unopened = Publisher(), cast("Callable[[], Any]", None)
        known = (engine, Memory(tmp_path, engine.identity), Policy(), unopened, unopened, lambda: events)
        return Context(*known, engine_name=name, prefix=prefix)

    def engines(*names: str) -> ServedEngines:
        prefixes = [f"{name}/" if len(names) > 1 else "" for name in names]
        fleet = Fleet(tuple(map(context, names, prefixes)))
        made = ServedEngines(fleet, cast("EngineDaemons", None))
        for each in made.all:
            each.seen.take(EngineFollowed("unix:///docker.sock", "1.41"))
        return made

    return engines


async def name_of(each: ServedEngine) -> str:
    return each.name


async def test_all_of_them_are_asked(make: Make) -> None:
    assert [said for _, said in await make("local", "nas").of_each(name_of)] == ["local", "nas"]


async def test_one_that_is_gone_is_not_asked_and_keeps_nothing_from_the_others(make: Make) -> None:
    engines = make("local", "nas")
    engines.all[0].seen.take(EngineGone("no connection to it"))

    assert [said for _, said in await engines.of_each(name_of)] == ["nas"]


async def test_one_that_hangs_is_left_out(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_LIMIT_S", 0.01)

    async def ask(each: ServedEngine) -> str:
        if each.name == "nas":
            await asyncio.Event().wait()
        return each.name

    assert [said for _, said in await make("local", "nas").of_each(ask)] == ["local"]


async def test_one_whose_answers_make_no_sense_is_left_out_and_that_is_told(make: Make) -> None:
    engines, told = make("local", "nas"), list[Event]()
    events = engines.all[1].events
    subscription = events.subscribe("this test", told.append)

    async def ask(each: ServedEngine) -> str:
        return {"local": each.name}[each.name]

    assert [said for _, said in await engines.of_each(ask)] == ["local"]
    await events.flush()
    assert told == [SubscriberFailed("the listener", "KeyError: 'nas'")]
    await subscription.stop()


async def test_where_none_says_anything_the_error_names_the_first(make: Make) -> None:
    async def ask(_: ServedEngine) -> str:
        raise EngineError("it refused", advice="ask nicely")

    with pytest.raises(EngineError) as raised:
        await make("local", "nas").of_each(ask)
    with pytest.raises(EngineError) as alone:
        await make("local").of_each(ask)

    assert str(raised.value) == "local: it refused - ask nicely"
    assert str(alone.value) == "it refused - ask nicely"


@pytest.mark.parametrize(
    ("text", "engine", "name"),
    [("nas/web", "nas", "web"), ("local/service/web", "local", "service/web"), ("/nas/web", "nas", "web")],
)
async def test_a_name_with_its_engine_is_asked_of_that_alone(
    make: Make, text: str, engine: str, name: str
) -> None:
    found = await make("local", "nas").meant(text)

    assert (found[0].name, found[1]) == (engine, name)


@pytest.mark.parametrize("text", ["web", "service/web", "local/web"])
async def test_of_one_engine_no_name_is_taken_apart(make: Make, text: str) -> None:
    engines = make("local")

    assert await engines.meant(text) == (engines.first, text)


async def test_an_engine_that_is_away_or_unknown_is_said_to_be(make: Make) -> None:
    engines = make("local", "nas")
    engines.all[1].seen.take(EngineGone("no connection to it"))

    with pytest.raises(EngineUnavailable, match=r"^nas: no connection to it$"):
        await engines.meant("nas/web")
    with pytest.raises(NoSuchContainer, match="it is one of local, nas"):
        await engines.meant("other/web")
