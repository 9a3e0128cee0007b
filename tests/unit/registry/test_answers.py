"""Several engines that want to know the same cost a registry one question."""

import asyncio

import pytest

from tests.unit.virtual_time import run
from watcher.model.errors import RegistryError, Trouble
from watcher.registry.answers import ERROR_S, Answers, SharedAnswers


class Registry:
    """Counts what it is asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = 0
        self.error = error

    async def answer(self) -> int:
        self.asked += 1
        number = self.asked
        await asyncio.sleep(1)
        if self.error:
            raise self.error
        return number


async def all_ask(answers: Answers, registry: Registry, engines: int = 10) -> list[int | BaseException]:
    asking = (answers.of("a tag", registry.answer) for _ in range(engines))
    return await asyncio.gather(*asking, return_exceptions=True)


def test_ten_engines_ask_once_until_all_is_to_be_asked_anew() -> None:
    registry = Registry()

    async def main() -> None:
        answers = Answers()
        assert await all_ask(answers, registry) == [1] * 10
        assert await all_ask(answers, registry) == [1] * 10
        answers.forget()
        assert await all_ask(answers, registry) == [2] * 10

    run(main())


def test_what_is_being_asked_when_all_is_to_be_asked_anew_is_asked_again() -> None:
    registry = Registry()

    async def main() -> None:
        answers = Answers()
        first = asyncio.create_task(answers.of("a tag", registry.answer))
        await asyncio.sleep(0.5)
        answers.forget()
        assert await all_ask(answers, registry) == [2] * 10
        assert await first == 1
        assert await all_ask(answers, registry) == [2] * 10

    run(main())


def test_each_question_has_its_own_answer() -> None:
    registry = Registry()

    async def main() -> None:
        answers = Answers()
        assert await answers.of("a tag", registry.answer) == 1
        assert await answers.of("another", registry.answer) == 2

    run(main())


def test_an_error_is_told_to_all_who_asked_at_the_time_and_asked_anew_later() -> None:
    error = RegistryError("no", trouble=Trouble.NOT_FOUND)
    registry = Registry(error)

    async def main() -> None:
        answers = Answers()
        assert await all_ask(answers, registry) == [error] * 10
        assert registry.asked == 1
        await asyncio.sleep(ERROR_S)
        assert await all_ask(answers, registry) == [error] * 10
        assert registry.asked == 2

    run(main())


def test_an_engine_that_stops_waiting_keeps_no_other_from_the_answer() -> None:
    registry = Registry()

    async def main() -> None:
        answers = Answers()
        first = asyncio.create_task(answers.of("a tag", registry.answer))
        await asyncio.sleep(0.5)
        second = asyncio.create_task(answers.of("a tag", registry.answer))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == 1

    run(main())


@pytest.mark.parametrize(("shares", "asked"), [(True, 1), (False, 2)])
def test_one_engine_alone_wants_to_know_it_anew_each_time(*, shares: bool, asked: int) -> None:
    registry = Registry()

    async def main() -> None:
        shared = SharedAnswers(shares=shares)
        await shared.once("a tag", registry.answer)
        await shared.once("a tag", registry.answer)

    run(main())
    assert registry.asked == asked
