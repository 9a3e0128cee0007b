"""Commands where one of several engines is away, or a container is gone: each name gets its own answer."""

import json
from pathlib import Path

import pytest

from tests.integration.apps import ENABLED, current, namesake, outdated
from tests.integration.fleets import engines
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

LABELS = (*ENABLED, "--label", "ctr-updater.source=local")
APPROVE = ("--label", "ctr-updater.mode=approve")


@pytest.fixture
def one_away(cli: Commands, stack: Stack, tmp_path: Path) -> Commands:
    """The commands, told of an engine and of one that is away."""
    return told_of(cli, engines(stack.engine, f"unix://{tmp_path}/none.sock"))


@pytest.fixture
def both(cli: Commands, stack: Stack, nas: Stack) -> Commands:
    """The commands, told of both engines."""
    return told_of(cli, engines(stack.engine, nas.engine))


def told_of(cli: Commands, environ: dict[str, str | None]) -> Commands:
    cli.environ |= {key: value for key, value in environ.items() if value}
    del cli.environ["DOCKER_HOST"]
    return cli


def test_the_history_is_read_with_an_engine_away(one_away: Commands, stack: Stack) -> None:
    web = current(stack, *LABELS)
    one_away("watcher", "hold", f"local/{web.name}")

    every, named, by_id = (
        one_away("watcher", "history", *words) for words in ((), (web.name,), (web.cid[:12],))
    )

    for shown in (every, named, by_id):
        assert (shown.code, shown.err) == (0, "")
        assert [line.split()[2] for line in shown.out.splitlines()[1:]] == [f"local/{web.name}"]
    assert len(json.loads(one_away("watcher", "history", "--json").out)) == 1


@pytest.mark.parametrize(("command", "said"), [("hold", "held"), ("release", "nobody held"), ("approve", "")])
def test_what_is_decided_of_one_engines_containers_is_kept_with_another_away(
    one_away: Commands, stack: Stack, command: str, said: str
) -> None:
    web = outdated(stack, *LABELS, *APPROVE)

    done = one_away("watcher", command, "nas/web", "elsewhere", f"local/{web.name}", web.name)

    assert done.code == 4
    assert [line.startswith(f"local/{web.name}: ") for line in done.out.splitlines()] == [True, True]
    assert said in done.out
    first, second = done.err.splitlines()
    assert first.startswith("nas: cannot ask for the engine's version: no connection to unix://")
    assert second.startswith("cannot tell on which engine 'elsewhere' is: nas: cannot ask for")


@pytest.mark.parametrize("command", [("check",), ("update",), ("rollback",), ("update", "--json")])
def test_a_line_of_an_engine_that_is_away_names_it(one_away: Commands, command: tuple[str, ...]) -> None:
    done = one_away("watcher", *command, "nas/web")

    assert done.code == 4
    assert done.err.startswith("nas: cannot ask for the engine's version: ")
    assert len(done.err.splitlines()) == 1


def test_what_is_gone_and_was_held_on_one_of_several_engines_is_released(
    both: Commands, stack: Stack
) -> None:
    web = current(stack, *LABELS)
    both("watcher", "hold", web.name)
    stack.engine.docker("rm", "-f", web.name)

    assert both("watcher", "release", web.name) == (0, f"local/{web.name}: released\n", "")
    assert both("watcher", "release", web.name).code == 3


def test_what_is_on_several_engines_wants_its_engine_though_one_alone_holds_it(
    both: Commands, stack: Stack, nas: Stack
) -> None:
    web = current(stack, *LABELS)
    namesake(nas, web, *LABELS)
    both("watcher", "hold", f"nas/{web.name}")

    unclear = both("watcher", "release", web.name)

    assert (unclear.code, unclear.out) == (3, "")
    assert both("watcher", "release", f"nas/{web.name}").out == f"nas/{web.name}: released\n"


def test_what_is_gone_and_was_held_on_several_wants_its_engine(
    both: Commands, stack: Stack, nas: Stack
) -> None:
    web = current(stack, *LABELS)
    namesake(nas, web, *LABELS)
    for each in (stack, nas):
        name = "local" if each is stack else "nas"
        both("watcher", "hold", f"{name}/{web.name}")
        each.engine.docker("rm", "-f", web.name)

    unclear = both("watcher", "release", web.name)

    assert (unclear.code, unclear.out) == (3, "")
    assert unclear.err == (
        f"'{web.name}' is held on several engines - say which: local/{web.name}, nas/{web.name}\n"
    )
    assert both("watcher", "release", f"nas/{web.name}").out == f"nas/{web.name}: released\n"
    assert both("watcher", "release", web.name).out == f"local/{web.name}: released\n"
