"""Messages are tried five times within an hour; no receiver holds up another."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from attrs import asdict

from tests.unit import virtual_time
from tests.unit.notifications.kept import outbox
from watcher.notifications.addresses import Address
from watcher.notifications.answer import Answer, refused
from watcher.notifications.message import Message
from watcher.notifications.sender import Sender
from watcher.store.outbox import Notice, Outbox

ONE = Address("https://one.example/x", "https://one.example")
OTHER = Address("https://other.example/x", "https://other.example")


class Post:
    """Receivers: what each answers, and when it was asked."""

    def __init__(self, kept: Outbox) -> None:
        self.outbox = kept
        self.answers: dict[Address, Callable[[], Awaitable[Answer]]] = {}
        self.asked: dict[Address, list[float]] = {ONE: [], OTHER: []}
        self.said: list[tuple[str, str, object]] = []
        self.sender = Sender(kept, [ONE, OTHER], self, self._deliver, virtual_time.now)

    async def letter(self, title: str = "a message") -> None:
        """Have a message sent to both."""
        now = virtual_time.now()
        await self.outbox.tell(Notice("engine", title, "failed", "", "0", due=now), now)
        message = json.dumps(asdict(Message(title, "text", "text", "nas")))
        await self.outbox.seal([ONE.key, OTHER.key], lambda _: message, now)
        self.sender.ring()

    async def _deliver(self, address: Address, message: Message) -> Answer:
        assert message.text == "text"
        self.asked[address].append(virtual_time.now())
        return await self.answers[address]() if address in self.answers else Answer()

    def not_taken(self, address: Address, why: str) -> None:
        self.said.append(("not taken", address.shown, why))

    def taken(self, address: Address) -> None:
        self.said.append(("taken", address.shown, ""))

    def given_up(self, address: Address, why: str, count: int) -> None:
        self.said.append((f"given up: {why}", address.shown, count))


def run(work: Callable[[Post], Awaitable[None]]) -> None:
    """Run a test beside a sender."""

    async def both() -> None:
        post = Post(outbox())
        task = asyncio.create_task(post.sender.run())
        await asyncio.sleep(0)
        await work(post)
        assert not task.done()
        task.cancel()

    virtual_time.run(both())


async def down() -> Answer:
    return refused("it answered 500")


async def hangs() -> Answer:
    await asyncio.Event().wait()
    return Answer()


def test_a_message_is_sent_at_once_and_once() -> None:
    async def work(post: Post) -> None:
        await post.letter()
        await asyncio.sleep(7200)

        assert post.asked == {ONE: [0], OTHER: [0]}
        assert await post.outbox.letter_due(ONE.key) is None

    run(work)


def test_five_tries_within_an_hour_the_first_of_them_again_within_two_minutes_then_given_up() -> None:
    async def work(post: Post) -> None:
        post.answers[ONE] = down
        await post.letter()
        await asyncio.sleep(86400)

        assert post.asked[ONE] == [0, 60, 360, 1260, 3600]
        assert [said for said in post.said if "given up" in said[0]] == [
            ("given up: it answered 500", ONE.shown, 1)
        ]
        assert await post.outbox.letter_due(ONE.key) is None

    run(work)


def test_what_is_given_up_is_counted() -> None:
    async def work(post: Post) -> None:
        post.answers[ONE] = down
        for number in range(3):
            await post.letter(str(number))
        await asyncio.sleep(86400)

        assert [count for said, _, count in post.said if "given up" in said] == [1, 2, 3]

    run(work)


def test_a_receiver_that_is_back_gets_its_message() -> None:
    async def work(post: Post) -> None:
        post.answers[ONE] = down
        await post.letter()
        await asyncio.sleep(30)
        del post.answers[ONE]
        await asyncio.sleep(60)

        assert post.asked[ONE] == [0, 60]
        assert post.said[-1] == ("taken", ONE.shown, "")

    run(work)


def test_a_receiver_that_asks_to_be_left_alone_is_with_all_its_messages() -> None:
    async def limited() -> Answer:
        return refused("it answered 429 Too Many Requests", 500)

    async def work(post: Post) -> None:
        post.answers[ONE] = limited
        await post.letter()
        await asyncio.sleep(1)
        del post.answers[ONE]
        await asyncio.sleep(1)
        assert post.asked[ONE] == [0]
        await asyncio.sleep(1000)

        assert post.asked[ONE] == [0, 500]

    run(work)


def test_a_receiver_that_asks_for_less_than_the_pause_is_left_alone_for_the_pause() -> None:
    async def limited() -> Answer:
        return refused("it answered 429 Too Many Requests", 5)

    async def work(post: Post) -> None:
        post.answers[ONE] = limited
        await post.letter()
        await asyncio.sleep(100)

        assert post.asked[ONE] == [0, 60]

    run(work)


def test_a_receiver_that_asks_for_a_year_is_asked_again_after_a_day() -> None:
    async def limited() -> Answer:
        return refused("it answered 429 Too Many Requests", 365 * 86400)

    async def work(post: Post) -> None:
        post.answers[ONE] = limited
        await post.letter()
        await asyncio.sleep(86401)

        assert post.asked[ONE] == [0, 86400]

    run(work)


def test_a_receiver_that_hangs_holds_up_no_other() -> None:
    async def work(post: Post) -> None:
        post.answers[ONE] = hangs
        await post.letter()
        await asyncio.sleep(10)
        await post.letter("another")
        await asyncio.sleep(10)

        assert post.asked == {ONE: [0], OTHER: [0, 10]}

    run(work)


def test_an_error_of_ours_is_a_try_that_failed_and_says_no_secret() -> None:
    async def broken() -> Answer:
        raise ValueError("https://one.example/x")

    async def work(post: Post) -> None:
        post.answers[ONE] = broken
        await post.letter()
        await asyncio.sleep(30)

        assert ("not taken", ONE.shown, "unexpected ValueError") in post.said

    run(work)


def test_a_letter_that_a_killed_process_had_is_sent_within_two_minutes() -> None:
    async def both() -> None:
        kept = outbox()
        killed = Post(kept)
        killed.answers[ONE] = hangs
        await killed.letter()
        task = asyncio.create_task(killed.sender.run())
        await asyncio.sleep(1)
        task.cancel()
        post = Post(kept)
        task = asyncio.create_task(post.sender.run())
        await asyncio.sleep(3600)
        task.cancel()

        assert len(post.asked[ONE]) == 1
        assert post.asked[ONE][0] <= 120

    virtual_time.run(both())


def test_once_tries_each_message_once_and_leaves_the_rest_to_the_next_run() -> None:
    async def both() -> None:
        post = Post(outbox())
        post.answers[ONE] = down
        await post.letter("a")
        await post.letter("b")
        await post.sender.once()

        assert post.asked == {ONE: [0, 0], OTHER: [0, 0]}
        assert await post.outbox.letter_due(ONE.key) == 60

    virtual_time.run(both())
