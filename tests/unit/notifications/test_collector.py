"""News becomes one message: at the end of a pass, and soon in any case."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from tests.unit import virtual_time
from tests.unit.notifications.kept import outbox
from watcher.config.telling import NEWS
from watcher.notifications.addresses import Address
from watcher.notifications.collector import Collector
from watcher.notifications.news import News
from watcher.notifications.reading import OF_A_CONTAINER, Over, Told
from watcher.store.outbox import Outbox

ADDRESS = Address("https://a.example/x", "https://a.example")


class Telling:
    """A collector, and the messages that it has made."""

    def __init__(self, kept: Outbox, chosen: Sequence[str] = NEWS) -> None:
        self.outbox = kept
        self.at: list[float] = []
        self.collector = Collector(
            kept,
            [ADDRESS],
            chosen=chosen,
            name=self._name,
            identify=self._identify,
            engine_name="local",
            ring=lambda: self.at.append(virtual_time.now()),
            clock=lambda: asyncio.get_running_loop().time(),
        )

    async def _name(self) -> str:
        return "nas"

    async def _identify(self) -> str:
        return "engine"

    async def tell(self, name: str, kind: str = "failed", state: str = "x", after_s: float = 0) -> None:
        await self.collector.take(Told(News(kind, name, state), after_s))

    async def events(self) -> list[tuple[str, str]]:
        """What the messages so far tell."""
        found: list[tuple[str, str]] = []
        while letter := await self.outbox.take(ADDRESS.key, virtual_time.now(), 60):
            message: dict[str, Any] = json.loads(letter.message)
            found += [(event["container"], event["event"]) for event in message["events"]]
            await self.outbox.done(letter)
        return found


def run(work: Callable[[Telling], Awaitable[None]], *, chosen: Sequence[str] = NEWS) -> None:
    """Run a test beside a collector that makes messages in time."""

    async def both() -> None:
        told = Telling(outbox(), chosen)
        task = asyncio.create_task(told.collector.run())
        await asyncio.sleep(0)
        await work(told)
        task.cancel()

    virtual_time.run(both())


def test_a_message_comes_at_the_end_of_a_pass() -> None:
    async def work(told: Telling) -> None:
        await told.tell("web")
        await told.tell("db")
        await told.collector.seal()

        assert (told.at, await told.events()) == ([0], [("db", "failed"), ("web", "failed")])

    run(work)


def test_a_quiet_pass_says_nothing() -> None:
    async def work(told: Telling) -> None:
        await told.collector.seal()
        await asyncio.sleep(3600)

        assert told.at == []

    run(work)


def test_a_message_comes_30_s_after_the_last_of_the_news() -> None:
    async def work(told: Telling) -> None:
        for name in ("web", "db", "app"):
            await told.tell(name)
            await asyncio.sleep(20)
        await asyncio.sleep(60)

        assert told.at == [70]
        assert len(await told.events()) == 3

    run(work)


def test_a_message_comes_10_min_after_the_first_of_the_news_whatever_goes_on() -> None:
    async def work(told: Telling) -> None:
        for number in range(60):
            await told.tell(f"web{number}")
            await asyncio.sleep(20)
        await asyncio.sleep(60)

        assert told.at == [600, 1210]

    run(work)


def test_what_is_the_same_puts_off_no_message() -> None:
    async def work(told: Telling) -> None:
        for _ in range(5):
            await told.tell("web")
            await asyncio.sleep(20)

        assert told.at == [30]
        assert await told.events() == [("web", "failed")]

    run(work)


@pytest.mark.parametrize("restarts", [False, True])
def test_news_of_a_process_that_was_killed_are_told_by_the_next(restarts: bool) -> None:
    async def both() -> None:
        kept = outbox()
        await Telling(kept).tell("web")
        told = Telling(kept)
        task = asyncio.create_task(told.collector.run())
        if restarts:
            await told.tell("web")
        await asyncio.sleep(60)
        task.cancel()

        assert (told.at, await told.events()) == ([0], [("web", "failed")])

    virtual_time.run(both())


def test_what_is_not_so_for_long_enough_is_not_told() -> None:
    async def work(told: Telling) -> None:
        await told.tell("nginx:1", "unknown", after_s=86400)
        await asyncio.sleep(86000)
        await told.collector.take(Over(("nginx:1",), ("unknown",)))
        await asyncio.sleep(86400)

        assert told.at == []

    run(work)


def test_what_is_so_for_long_enough_is_told_without_another_event_and_so_is_its_end() -> None:
    async def work(told: Telling) -> None:
        await told.tell("nginx:1", "unknown", after_s=86400)
        await asyncio.sleep(86400 + 60)
        assert await told.events() == [("nginx:1", "unknown")]
        await told.collector.take(Over(("nginx:1", "docker.io"), ("unknown",)))
        await told.collector.take(Over(("nginx:1", "docker.io"), ("unknown",)))
        await told.collector.seal()

        assert told.at == [86430, 86460]
        assert await told.events() == [("nginx:1", "recovered")]

    run(work)


def test_only_what_was_chosen_is_told_and_what_wants_a_person_always() -> None:
    async def work(told: Telling) -> None:
        for kind in ("updated", "failed", "available", "held", "unknown", "attention"):
            await told.tell("web", kind)
        await told.collector.take(Over(("web",), ("updated", "attention")))
        await told.collector.seal()

        assert await told.events() == [("web", "attention"), ("web", "updated")]

    run(work, chosen=["updated"])


def test_an_update_that_is_not_available_any_more_is_over_once_and_may_come_again() -> None:
    async def work(told: Telling) -> None:
        await told.tell("web", "available")
        for _ in range(2):
            await told.collector.take(Over(("web",), ("failed", "available")))
        await told.collector.seal()
        assert await told.events() == [("web", "available"), ("web", "recovered")]

        await told.tell("web", "available")
        await told.collector.seal()
        assert await told.events() == [("web", "available")]

    run(work)


def test_programs_are_told_of_which_engine_a_container_is() -> None:
    async def work(told: Telling) -> None:
        await told.tell("web", "held")
        await told.collector.take(Over(("web",), ("held",)))
        await told.collector.seal()

        letter = await told.outbox.take(ADDRESS.key, virtual_time.now(), 60)
        assert letter
        events = json.loads(letter.message)["events"]
        assert [(each["event"], each["engine"]) for each in events] == [
            ("held", "local"),
            ("recovered", "local"),
        ]

    run(work)


def test_what_failed_again_after_it_was_over_is_told_again() -> None:
    async def work(told: Telling) -> None:
        await told.tell("web")
        await told.collector.take(Over(("web",), ("failed",)))
        await told.tell("web")
        await told.collector.seal()

        assert await told.events() == [("web", "failed"), ("web", "failed"), ("web", "recovered")]

    run(work)


def test_what_may_be_over_is_looked_at_again_and_what_is_gone_is_forgotten() -> None:
    async def work(told: Telling) -> None:
        for name in ("web", "db"):
            await told.tell(name)
        await told.tell("app", "updated")
        await told.tell("nginx:1", "unknown", state="")

        assert await told.collector.recheck({"web", "app", "other"}) == {"web"}
        await told.tell("db")
        await told.collector.seal()

        assert (await told.events()).count(("db", "failed")) == 2

    run(work)


def test_what_a_process_before_this_one_could_not_ask_for_is_over_once_all_answered() -> None:
    async def both() -> None:
        kept = outbox()
        for name in ("nginx:1", "redis:7"):
            await Telling(kept).tell(name, "unknown", state="")
        await Telling(kept).tell("web", "unknown", OF_A_CONTAINER)
        told = Telling(kept)
        await told.tell("redis:7", "unknown", state="")

        await told.collector.all_asked()
        await told.collector.seal()

        assert [each for each in await told.events() if each[1] == "recovered"] == [("nginx:1", "recovered")]

    virtual_time.run(both())


@pytest.mark.parametrize("has_happened", [True, False])
def test_what_a_killed_process_expected_is_told_where_it_has_happened(*, has_happened: bool) -> None:
    async def both() -> None:
        kept = outbox()
        await Telling(kept).tell("web", "failed")
        await Telling(kept).collector.expect(Told(News("updated", "web", "1:2")))
        told = Telling(kept)

        async def found(_: News) -> bool:
            return has_happened

        for _ in range(2):
            await told.collector.confirm(found)
        await told.collector.seal()

        assert (("web", "updated") in await told.events()) == has_happened
        assert await told.collector.recheck({"web"}) == (set() if has_happened else {"web"})

    virtual_time.run(both())


def test_what_was_expected_is_told_once_where_it_ended_so_and_not_where_it_ended_otherwise() -> None:
    async def work(told: Telling) -> None:
        expected = Told(News("updated", "web", "1:2"))
        await told.collector.expect(expected)
        await told.collector.ended(expected, "web")
        await told.collector.expect(Told(News("updated", "db", "3:4")))
        await told.collector.ended(Told(News("failed", "db", "x")), "db")
        await told.collector.seal()

        assert await told.events() == [("db", "failed"), ("web", "updated")]
        assert await told.outbox.expected("engine") == []

    run(work)
