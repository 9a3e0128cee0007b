"""News becomes one message: at the end of a pass, and soon in any case."""

import asyncio
import json

import pytest

from tests.unit import virtual_time
from tests.unit.notifications.kept import outbox
from tests.unit.notifications.telling import ADDRESS, Telling, run
from watcher.notifications.news import ATTEMPT, TAG, UNKNOWN, News
from watcher.notifications.reading import OF_A_CONTAINER, Over, Told


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


def test_programs_are_told_of_a_container_what_is_said_of_it_but_for_what_the_event_says() -> None:
    async def work(told: Telling) -> None:
        await told.collector.take(Told(News("held", "web", "x", facts={"reason": "it is refused"})))
        await told.collector.take(Over(("web",), ("held",)))
        await told.tell("nginx:1", "unknown")
        await told.collector.take(Over(("nginx:1",), ("unknown",), subject=TAG))
        await told.collector.take(Told(News("updated", "db", "1:2", facts={"took_s": 1.0}, subject=ATTEMPT)))
        await told.collector.seal()

        letter = await told.outbox.take(ADDRESS.key, virtual_time.now(), 60)
        assert letter
        events = {(each["event"], each["container"]): each for each in json.loads(letter.message)["events"]}
        said = {key: (each.get("reason"), each.get("subject")) for key, each in events.items()}
        assert said == {
            ("held", "web"): ("it is refused", "container"),
            ("recovered", "web"): ("as it is judged", "container"),
            ("unknown", "nginx:1"): ("as it is judged", "container"),
            ("recovered", "nginx:1"): ("as it is judged", "tag"),
            ("updated", "db"): (None, None),
        }

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


def test_what_several_engines_tell_of_one_tag_is_told_once() -> None:
    async def work(told: Telling) -> None:
        for state in ("of one engine", "of another"):
            await told.collector.take(Told(News(UNKNOWN, "r.example/app:1", state, subject=TAG)))
        await told.collector.seal()
        assert await told.events() == [("r.example/app:1", "unknown")]

    run(work)


def test_where_there_are_several_engines_people_are_told_which_one() -> None:
    kept = outbox()
    collector = Telling(kept, prefix="nas/").collector

    async def work() -> None:
        await collector.take(Told(News(UNKNOWN, "web", "x")))
        await collector.take(Told(News(UNKNOWN, "r.example/app:1", "x", subject=TAG)))
        await collector.seal()
        letter = await kept.take(ADDRESS.key, 0, 60)
        assert letter
        lines = json.loads(letter.message)["text"].splitlines()
        assert any(line.startswith("nas/web: ") for line in lines)
        assert any(line.startswith("r.example/app:1: ") for line in lines)

    virtual_time.run(work())
