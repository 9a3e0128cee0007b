"""What a process is about to tell is told by the next one if it was killed, and never twice."""

import pytest

from tests.unit import virtual_time
from tests.unit.notifications.kept import outbox
from tests.unit.notifications.telling import Telling, run
from watcher.notifications.news import News
from watcher.notifications.reading import Told


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
