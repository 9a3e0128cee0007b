"""A gate's container: what it may do, and that none is left, whoever is killed."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.integration.apps import QUICK, marker_of
from tests.integration.gates import Signer, digest_of, gate_runs, gated
from tests.integration.updates import kill, unchanged
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# Shows what it may not do; each line is one thing that it could do all the same.
_TRIES = """
for path in /x /bin/x /signatures/x /etc/x; do : 2>/dev/null > $path && echo "wrote $path"; done
[ -e /var/run/docker.sock ] && echo "has the socket"
[ "$(cat /sys/class/net/*/ifindex | wc -l)" = 1 ] || echo "has a network"
grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && echo "has capabilities"
grep -q '^NoNewPrivs:.*1' /proc/self/status || echo "may get privileges"
: > /tmp/x || echo "has nowhere to write"
exit 1
"""
_SLOW = "trap 'exit 0' TERM; echo up; sleep 600 & wait"

Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def begin(cli: Commands, stack: Stack, signs: Signer) -> Iterator[Begin]:
    """A function that begins an update, and returns once its gate runs."""
    begun: list[subprocess.Popen[str]] = []

    def update(name: str) -> "subprocess.Popen[str]":
        begun.append(cli.start("watcher", "update", "--no-pull", name, env=QUICK | signs.environ))
        stack.wait(lambda: any(row["State"] == "running" for row in _runs(stack)))
        return begun[-1]

    yield update
    for process in begun:
        kill(process)


def _runs(stack: Stack) -> list[dict[str, str]]:
    rows = stack.engine.api("GET", "/containers/json?all=1")[1]
    return [row for row in rows if row["Names"][0].startswith("/ctr-updater-gate-")]


def test_a_gate_can_do_nothing_but_read_and_say(
    cli: Commands, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry)
    signs.define(_TRIES)

    done = cli("watcher", "update", "--no-pull", web.name, env=QUICK | signs.environ)

    assert done.code == 7
    assert "the gate signed refuses it - " in done.err


@pytest.mark.every_engine
def test_a_gate_that_is_stopped_has_not_let_anything_pass(
    stack: Stack, registry: PrivateRegistry, signs: Signer, begin: Begin
) -> None:
    """It would end with 0 at SIGTERM, which the engine sends when it shuts down, too."""
    web, _ = gated(stack, registry)
    signs.define(_SLOW)
    process = begin(web.name)

    stack.engine.docker("stop", *gate_runs(stack))

    assert "could not say: it ended with exit code 137" in process.communicate()[1]
    assert process.returncode == 5
    assert gate_runs(stack) == []


@pytest.mark.parametrize("ends", ["update", "daemon"])
def test_what_a_gate_leaves_whose_updater_was_killed_is_removed_by_the_next_run(
    cli: Commands, stack: Stack, registry: PrivateRegistry, signs: Signer, begin: Begin, ends: str
) -> None:
    web, image = gated(stack, registry)
    before = stack.inspect(web.name)
    signs.define(_SLOW)
    kill(begin(web.name))
    assert len(gate_runs(stack)) == 1
    unchanged_but_for_gates(stack, before)
    signs.define()
    signs.sign(image)

    words = ("run", "--once") if ends == "daemon" else ("update", "--no-pull", web.name)
    assert cli("watcher", *words, env=QUICK | signs.environ).code == 0

    assert gate_runs(stack) == []
    assert marker_of(stack, web.name) == "new"


def unchanged_but_for_gates(stack: Stack, before: dict[str, object]) -> None:
    assert stack.inspect(str(before["Name"]).removeprefix("/"))["Id"] == before["Id"]
    assert len(stack.containers()) == 2


def test_a_run_of_one_that_lives_is_left_alone(
    cli: Commands, stack: Stack, registry: PrivateRegistry, signs: Signer, begin: Begin
) -> None:
    """Another process of the same state directory does not take it for one that was left."""
    web, _ = gated(stack, registry)
    other, image = gated(stack, registry, name="other")
    signs.define(_SLOW)
    begin(web.name)
    running = gate_runs(stack)
    signs.define()
    signs.sign(image)

    assert cli("watcher", "update", "--no-pull", other.name, env=QUICK | signs.environ).code == 0

    assert gate_runs(stack) == running


def test_of_others_only_what_should_be_over_is_removed(cli: Commands, stack: Stack) -> None:
    now = int(time.time())
    stack.image("gate:1")
    for token, until in (("0000000a", now - 1), ("0000000b", now + 600)):
        label = f"ctr-updater.gate-run=ffffffff-{token}-{until}"
        stack.run("gate:1", "--label", label, name=f"ctr-updater-gate-{token}")
    stack.run(
        "gate:1", "--label", f"ctr-updater.gate-run=ffffffff-0000000c-{now - 1}", name=stack.name("web")
    )
    stack.image("trap:1", labels={"ctr-updater.gate-run": f"ffffffff-0000000d-{now - 1}"})
    stack.run("trap:1", name="ctr-updater-gate-0000000d")

    assert cli("watcher", "run", "--once").code == 0

    left = {"ctr-updater-gate-0000000b", "ctr-updater-gate-0000000d", stack.name("web")}
    assert set(stack.containers()) == left


@pytest.mark.every_engine
def test_a_tag_that_moves_between_the_judgement_and_the_creation_is_judged_again(
    cli: Commands, stack: Stack, registry: PrivateRegistry, signs: Signer, proxy: Proxy
) -> None:
    """What was judged is what is deployed."""
    web, image = gated(stack, registry)
    before = stack.inspect(web.name)
    signs.sign(image)
    stack.image(web.image.replace("-app:1", "-app:2"), marker="evil")
    stack.engine.docker("push", web.image.replace("-app:1", "-app:2"))
    proxy.arm(hold := Hold(), match=f"^POST .*/containers/create.*{web.name}.ctr-updater-new", when="before")
    environ = QUICK | signs.environ | {"DOCKER_HOST": proxy.host}
    process = cli.start("watcher", "update", "--no-pull", "--json", web.name, env=environ)

    assert hold.reached.wait(60)
    stack.engine.docker("tag", web.image.replace("-app:1", "-app:2"), web.image)
    hold.release()

    out, _ = process.communicate()
    evil = digest_of(stack.engine, web.image)
    assert evil != image
    assert process.returncode == 7
    assert f"no signature of {evil}" in json.loads(out)[0]["error"]
    unchanged(stack, before)
