"""One daemon follows several engines, and what befalls one of them changes nothing for the others."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.integration.apps import namesake, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, labelled, move
from tests.integration.daemon.conftest import ENVIRON, Running, Start
from tests.integration.daemon.test_registry import manifests, pushed
from tests.integration.fleets import engines
from tests.testbed.badregistry import BadRegistry, Reply
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.processes import wait_until
from tests.testbed.receiver import Receiver
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


def two(start: Start, local: PrivateEngine | str, nas: PrivateEngine | str, *arguments: object) -> Running:
    """A daemon that follows both, with short periods; it need not reach either."""
    return start(*arguments, env=engines(local, nas), hurried=True)


def test_each_engine_is_followed_and_each_line_names_it(start: Start, stack: Stack, nas: Stack) -> None:
    web, theirs = labelled(stack), labelled(nas)
    daemon = two(start, stack.engine, nas.engine)
    for name in ("local", "nas"):
        daemon.wait("engine followed", engine=name)

    move(stack, web)
    daemon.wait("container updated", engine="local", container=web.name)
    move(nas, theirs)
    daemon.wait("container updated", engine="nas", container=theirs.name)

    assert is_replaced(stack, web)
    assert is_replaced(nas, theirs)
    assert {line.get("engine") for line in daemon.lines} == {"local", "nas"}
    assert daemon.stop() == 0


def test_two_engines_cost_a_registry_what_one_does(
    start: Start, stack: Stack, nas: Stack, registry: PrivateRegistry
) -> None:
    web = pushed(stack, registry)
    namesake(nas, web, *OPT_IN)
    before = manifests(registry, web)  # a push with the containerd store asks as well

    daemon = two(start, stack.engine, nas.engine)
    wait_until(lambda: manifests(registry, web) > before, "the first question")
    daemon.send(signal.SIGHUP)
    wait_until(lambda: manifests(registry, web) > before + 1, "the second question")
    assert daemon.stop() == 0

    assert manifests(registry, web) == before + 2


def test_both_pull_what_is_new(start: Start, stack: Stack, nas: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry, *OPT_IN)
    theirs = namesake(nas, web, *OPT_IN)

    daemon = two(start, stack.engine, nas.engine)
    for name in ("local", "nas"):
        daemon.wait("container updated", engine=name, container=web.name)

    assert is_replaced(stack, web)
    assert is_replaced(nas, theirs)


def test_an_engine_that_is_killed_keeps_nothing_from_the_other(
    start: Start, cli: Commands, stack: Stack, nas: Stack
) -> None:
    web, theirs = labelled(stack), labelled(nas)
    daemon = two(start, stack.engine, nas.engine)
    for name in ("local", "nas"):
        daemon.wait("engine followed", engine=name)

    nas.engine.kill()
    daemon.wait("engine gone", engine="nas")
    move(stack, web)
    daemon.wait("container updated", engine="local", container=web.name)
    assert cli("watcher", "healthy").code == 0

    nas.engine.start()
    daemon.wait("engine followed", engine="nas")
    move(nas, theirs)
    daemon.wait("container updated", engine="nas", container=theirs.name)
    assert daemon.said("engine gone", engine="local") == []


def test_an_engine_that_is_frozen_keeps_nothing_from_the_other(
    start: Start, cli: Commands, stack: Stack, nas: Stack
) -> None:
    web = labelled(stack)
    os.kill(nas.engine.pid, signal.SIGSTOP)
    try:
        daemon = two(start, stack.engine, nas.engine)
        daemon.wait("engine followed", engine="local")
        move(stack, web)
        daemon.wait("container updated", engine="local", container=web.name)
        daemon.wait("engine gone", engine="nas")
        assert cli("watcher", "healthy").code == 0
        assert daemon.stop() == 0
    finally:
        os.kill(nas.engine.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    "rubbish", [b"220 smtp.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"]
)
def test_an_engine_that_answers_garbage_keeps_nothing_from_the_other(
    start: Start, stack: Stack, rubbish: bytes
) -> None:
    web = labelled(stack)
    with BadRegistry() as bad:
        bad.on("", lambda _: Reply(raw=rubbish))
        daemon = two(start, stack.engine, f"tcp://{bad.address}")
        daemon.wait("engine followed", engine="local")
        daemon.wait("engine gone", engine="nas")
        move(stack, web)
        daemon.wait("container updated", engine="local", container=web.name)
        assert daemon.stop() == 0
    assert daemon.said("engine followed", engine="nas") == []


def test_it_is_healthy_while_any_engine_is_followed(
    start: Start, cli: Commands, stack: Stack, tmp_path: Path
) -> None:
    none = f"unix://{tmp_path}/none.sock"
    daemon = two(start, none, stack.engine).looked()
    daemon.wait("engine gone", engine="local")
    assert cli("watcher", "healthy").code == 0
    assert daemon.stop() == 0

    away = two(start, none, f"{none}2")
    away.wait("engine gone", engine="nas")
    assert cli("watcher", "healthy").code == 1


def test_one_pass_does_what_it_can_and_says_what_it_could_not(
    cli: Commands, stack: Stack, tmp_path: Path
) -> None:
    web = labelled(stack)
    move(stack, web)
    env = ENVIRON | engines(stack.engine, f"unix://{tmp_path}/none.sock")

    done = cli("watcher", "run", "--once", env=env)

    assert done.code == 4
    assert is_replaced(stack, web)
    (line,) = [
        line for line in map(json.loads, done.err.splitlines()) if line["event"] == "engine not looked at"
    ]
    assert line["engine"] == "nas"
    assert line["why"].startswith("cannot ask for the engine's version: no connection to unix://")


def test_one_message_tells_of_both_and_one_ping_is_made_for_both(
    cli: Commands, stack: Stack, nas: Stack, receiver: Receiver
) -> None:
    web, theirs = outdated(stack, *LOCAL), outdated(nas, *LOCAL, name="db")
    env = ENVIRON | engines(stack.engine, nas.engine)
    env |= {"CTR_UPDATER_NOTIFY": f"{receiver.url}/told", "CTR_UPDATER_PING_URL": f"{receiver.url}/ping"}

    assert cli("watcher", "run", "--once", env=env).code == 0

    (got,) = receiver.got("/told")
    assert got["title"] == "ctr-updater: 2 updated on local, nas"
    assert f"local/{web.name}: updated" in got["text"]
    assert f"nas/{theirs.name}: updated" in got["text"]
    assert receiver.asked().count("GET /ping") == 1


def test_a_pass_that_an_engine_missed_did_not_go_well(
    cli: Commands, stack: Stack, receiver: Receiver, tmp_path: Path
) -> None:
    labelled(stack)
    env = ENVIRON | engines(stack.engine, f"unix://{tmp_path}/none.sock")

    cli("watcher", "run", "--once", env=env | {"CTR_UPDATER_PING_URL": f"{receiver.url}/ping"})

    assert receiver.asked() == ["GET /ping/fail"]
