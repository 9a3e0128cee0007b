"""How registries are left alone, on virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.unit.virtual_time import now, run
from watcher.model.errors import EngineUnavailable, RegistryError, Resting, Trouble
from watcher.registry.login import Login
from watcher.registry.rate_limit import AT_ONCE, BAD_LOGIN_S, TOO_MANY_S, Limiter, concerns_all

HUB, OTHER = "docker.io", "r.example"
ALICE, BOB = Login("alice", "secret"), Login("bob", "secret")
HOUR, DAY = 3600.0, 86_400.0
DOWN = [Trouble.UNREACHABLE, Trouble.NO_ANSWER, Trouble.BROKEN]
OF_THE_REGISTRY = [*DOWN, Trouble.TOO_MANY, Trouble.BAD_LOGIN]
OF_ONE_NAME = [each for each in Trouble if each not in OF_THE_REGISTRY]


async def ask(
    limiter: Limiter,
    trouble: Trouble | None = None,
    *,
    retry_after: float | None = None,
    login: Login = ALICE,
    domain: str = HUB,
    takes_s: float = 0,
) -> float:
    """Ask once; returns the seconds that the registry is to be left alone for afterwards."""
    no = trouble and RegistryError("it said no", trouble=trouble, retry_after=retry_after, advice="do this")
    try:
        async with limiter.turn(domain, login):
            await asyncio.sleep(takes_s)
            if no:
                raise no
    except RegistryError as error:
        if error is not no:
            raise
    return limiter.rest(domain)


def after(act: Callable[[Limiter], Awaitable[object]]) -> float:
    """The rest that Docker Hub has after this."""

    async def scenario() -> float:
        limiter = Limiter()
        await act(limiter)
        return limiter.rest(HUB)

    return run(scenario())


def test_a_registry_that_answers_is_asked_again_at_once() -> None:
    assert after(ask) == 0


@pytest.mark.parametrize("trouble", OF_ONE_NAME)
def test_what_is_wrong_with_one_name_holds_up_no_other(trouble: Trouble) -> None:
    assert after(lambda limiter: ask(limiter, trouble)) == 0


@pytest.mark.parametrize(("trouble", "said"), [*((each, None) for each in DOWN), (Trouble.BROKEN, 0.0)])
def test_a_registry_that_is_down_is_left_alone_for_twice_as_long_each_time_up_to_an_hour(
    trouble: Trouble, said: float | None
) -> None:
    async def scenario() -> list[float]:
        limiter, rests = Limiter(), []
        for _ in range(2000):
            rests.append(await ask(limiter, trouble, retry_after=said))
            await asyncio.sleep(rests[-1])
        return rests

    rests = run(scenario())
    for number, rest in enumerate(rests[:20]):
        longest = min(2.0**number, HOUR)
        assert longest / 2 <= rest <= longest
    assert max(rests) <= HOUR
    assert len(set(rests[:20])) == 20


@pytest.mark.parametrize(
    ("trouble", "retry_after", "rest"),
    [
        (Trouble.TOO_MANY, None, TOO_MANY_S),
        (Trouble.TOO_MANY, 0.0, TOO_MANY_S),
        (Trouble.TOO_MANY, 0.3, TOO_MANY_S),
        (Trouble.TOO_MANY, 1.0, 1.0),
        (Trouble.TOO_MANY, 7.0, 7.0),
        (Trouble.TOO_MANY, 10 * DAY, DAY),
        (Trouble.BROKEN, 120.0, 120.0),
        (Trouble.BAD_LOGIN, None, BAD_LOGIN_S),
        (Trouble.BAD_LOGIN, 5.0, BAD_LOGIN_S),
    ],
)
def test_a_registry_is_left_alone_for_as_long_as_it_says(
    trouble: Trouble, retry_after: float | None, rest: float
) -> None:
    assert after(lambda limiter: ask(limiter, trouble, retry_after=retry_after)) == rest


def test_the_waits_are_those_that_are_promised() -> None:
    assert (AT_ONCE, TOO_MANY_S, BAD_LOGIN_S) == (4, 15 * 60, HOUR)


@pytest.mark.parametrize("trouble", OF_THE_REGISTRY)
def test_who_comes_during_the_rest_is_told_why_and_does_not_ask(trouble: Trouble) -> None:
    async def scenario() -> None:
        limiter = Limiter()
        rest = await ask(limiter, trouble)
        await asyncio.sleep(rest * 0.9)
        with pytest.raises(Resting, match="it said no - do this") as raised:
            await ask(limiter)
        assert raised.value.trouble is trouble
        await asyncio.sleep(rest * 0.2)
        assert await ask(limiter) == 0

    run(scenario())


@pytest.mark.parametrize("trouble", [Trouble.TOO_MANY, Trouble.BROKEN])
def test_a_time_that_is_over_does_not_make_it_one_names_trouble(trouble: Trouble) -> None:
    assert concerns_all(RegistryError("it said no", trouble=trouble, retry_after=0.0))


@pytest.mark.parametrize("trouble", OF_THE_REGISTRY)
def test_one_registry_never_holds_up_another(trouble: Trouble) -> None:
    async def scenario() -> tuple[float, float]:
        limiter = Limiter()
        await ask(limiter, trouble)
        return await ask(limiter, domain=OTHER), now()

    assert run(scenario()) == (0, 0)


def test_another_login_than_the_refused_one_is_tried_at_once() -> None:
    async def scenario() -> None:
        limiter = Limiter()
        await ask(limiter, Trouble.BAD_LOGIN)
        assert await ask(limiter, login=BOB) == 0
        assert await ask(limiter, login=ALICE) == 0

    run(scenario())


def test_another_login_that_is_refused_too_has_to_wait_as_well() -> None:
    async def scenario() -> None:
        limiter = Limiter()
        for login in (ALICE, BOB):
            assert await ask(limiter, Trouble.BAD_LOGIN, login=login) == BAD_LOGIN_S
        with pytest.raises(Resting):
            await ask(limiter, login=BOB)

    run(scenario())


@pytest.mark.parametrize("trouble", [*DOWN, Trouble.TOO_MANY])
def test_another_login_ends_no_other_rest(trouble: Trouble) -> None:
    async def scenario() -> None:
        limiter = Limiter()
        await ask(limiter, trouble)
        with pytest.raises(Resting):
            await ask(limiter, login=BOB)

    run(scenario())


@pytest.mark.parametrize("trouble", OF_THE_REGISTRY)
def test_what_is_forgotten_is_every_rest_but_that_of_a_refused_login(trouble: Trouble) -> None:
    async def scenario() -> float:
        limiter = Limiter()
        await ask(limiter, trouble)
        limiter.forget()
        return limiter.rest(HUB)

    assert run(scenario()) == (BAD_LOGIN_S if trouble is Trouble.BAD_LOGIN else 0)


@pytest.mark.parametrize("answer", [None, Trouble.NOT_FOUND], ids=["success", "not found"])
def test_an_answer_ends_the_doubling(answer: Trouble | None) -> None:
    async def scenario() -> float:
        limiter = Limiter()
        for _ in range(8):
            await asyncio.sleep(await ask(limiter, Trouble.UNREACHABLE))
        await ask(limiter, answer)
        return await ask(limiter, Trouble.UNREACHABLE)

    assert run(scenario()) <= 1


def test_no_more_than_four_are_asked_at_once() -> None:
    async def scenario() -> float:
        limiter = Limiter()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3 * AT_ONCE):
                tasks.create_task(ask(limiter, takes_s=10))
                tasks.create_task(ask(limiter, takes_s=10, domain=OTHER))
        return now()

    assert run(scenario()) == 30


def test_who_waits_for_a_place_when_the_rest_begins_does_not_ask() -> None:
    async def scenario() -> int:
        limiter, rested = Limiter(), 0
        tasks = [asyncio.create_task(ask(limiter, Trouble.TOO_MANY, takes_s=10)) for _ in range(3 * AT_ONCE)]
        for task in tasks:
            try:
                await task
            except Resting:
                rested += 1
        return rested

    assert run(scenario()) == 2 * AT_ONCE


def test_who_fails_at_the_same_time_counts_once() -> None:
    async def scenario() -> list[float]:
        limiter, rests = Limiter(), []
        for _ in range(3):
            async with asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(ask(limiter, Trouble.UNREACHABLE, takes_s=10))
            rests.append(limiter.rest(HUB))
            await asyncio.sleep(rests[-1])
        return rests

    for number, rest in enumerate(run(scenario())):
        assert 2**number / 2 <= rest <= 2**number


@pytest.mark.parametrize("answer", [None, Trouble.NOT_FOUND, Trouble.UNREACHABLE])
def test_an_answer_to_an_earlier_question_ends_no_rest(answer: Trouble | None) -> None:
    async def scenario(limiter: Limiter) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ask(limiter, Trouble.TOO_MANY, takes_s=10))
            tasks.create_task(ask(limiter, answer, takes_s=20))

    assert after(scenario) == TOO_MANY_S - 10


@pytest.mark.parametrize("error", [EngineUnavailable("it is gone"), asyncio.CancelledError()])
def test_what_is_not_the_registrys_is_not_held_against_it(error: BaseException) -> None:
    async def scenario(limiter: Limiter) -> None:
        for _ in range(2 * AT_ONCE):
            with pytest.raises(type(error)):
                async with limiter.turn(HUB, ALICE):
                    raise error

    assert after(scenario) == 0
