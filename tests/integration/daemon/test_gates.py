"""The daemon asks a gate once for each digest, and tells what it said."""

import json
import signal

import pytest

from tests.integration.apps import marker_of, short
from tests.integration.daemon.apps import is_untouched
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_holds import inspected
from tests.integration.daemon.test_registry import PULL, publish, pushed
from tests.integration.gates import GATED, Signer, digest_of, gated
from tests.testbed.cli import Commands
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

# As the registry has it, so that nothing else moves the tag.
_LOCAL = ("--label", "ctr-updater.source=local")


def test_what_is_not_signed_waits_until_the_tag_moves_on(
    start: Start, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, image = gated(stack, registry, *_LOCAL)
    daemon = start(env=signs.environ)

    judged = daemon.wait("image judged", container=web.name)
    assert (judged["gate"], judged["judged"], judged["result"]) == ("signed", image, "refused")
    line = daemon.wait("update waits for its gate", container=web.name)
    assert line["why"] == f"the gate signed refuses it; its last words: no signature of {image}"
    assert is_untouched(stack, web)
    good = web.image.replace("-app:1", "-app:2")
    stack.image(good, marker="good")
    stack.engine.docker("push", good)
    signs.sign(digest_of(stack.engine, good))
    stack.engine.docker("tag", good, web.image)

    assert daemon.wait("image judged", container=web.name)["result"] == "passed"
    daemon.wait("container updated", container=web.name)
    assert marker_of(stack, web.name) == "good"
    assert len(daemon.said("image judged")) == 2


def test_a_gate_that_cannot_say_is_asked_again_later_and_not_at_every_look(
    start: Start, stack: Stack, registry: PrivateRegistry, signs: Signer, cli: Commands
) -> None:
    """The gate's own container is an event of the engine, each of which brings a look."""
    web, _ = gated(stack, registry, *_LOCAL)
    other, image = gated(stack, registry, *_LOCAL, name="other")
    signs.define('[ "${1##*:}" = "' + image.rpartition(":")[2] + '" ] || exit 2')
    daemon = start(env=signs.environ)

    line = daemon.wait("update waits for its gate", container=web.name)
    assert line["why"] == "the gate signed could not say: it ended with exit code 2"
    daemon.wait("container updated", container=other.name)

    assert daemon.stop() == 0
    assert [line["result"] for line in daemon.said("image judged", container=web.name)] == ["unknown"]
    rows = json.loads(cli("watcher", "history", "--json", web.name, env=signs.environ).out)
    assert [(row["kind"], row["outcome"]) for row in rows] == [("gate", "unknown")]


def test_what_waits_for_approval_is_judged_before_that(
    start: Start, stack: Stack, registry: PrivateRegistry, signs: Signer, cli: Commands
) -> None:
    approve = (*_LOCAL, "--label", "ctr-updater.mode=approve")
    good, image = gated(stack, registry, *approve)
    bad, _ = gated(stack, registry, *approve, name="bad")
    signs.sign(image)
    daemon = start(env=signs.environ)

    daemon.wait("update waits for approval", container=good.name)
    daemon.wait("update waits for its gate", container=bad.name)
    assert cli("watcher", "approve", good.name, bad.name, env=signs.environ).code == 0

    daemon.wait("container updated", container=good.name)
    assert daemon.stop() == 0
    assert is_untouched(stack, bad)
    found = json.loads(cli("watcher", "check", "--json", bad.name, env=signs.environ).out)
    assert [wait["for"] for wait in found["waits"]] == ["gate"]


@pytest.mark.parametrize("mode", ["update", "approve"])
def test_after_its_cooldown_an_image_is_judged_and_told_of_once_it_is_here_and_not_the_one_that_runs(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy, signs: Signer, mode: str
) -> None:
    cooled = ("--label", "ctr-updater.cooldown=3s", "--label", f"ctr-updater.mode={mode}")
    web, hold = pushed(stack, registry, options=(*GATED, *cooled)), Hold()
    publish(stack, registry, web, "new")
    signs.define("true")
    proxy.arm(hold, match=f"{PULL}.*web-app")
    daemon = start(host=proxy.host, env=signs.environ)

    daemon.wait("container held", container=web.name)
    before = inspected(proxy)[web.name]
    assert hold.reached.wait(60)
    wait_until(lambda: inspected(proxy)[web.name] > before, "the look at the end of its cooldown")
    hold.release()

    is_over = {"update": "container updated", "approve": "update waits for approval"}[mode]
    line = daemon.wait(is_over, container=web.name)
    assert line["new"] == short(stack.image_id(web.image)) != short(web.old)
    judged = [line["judged"] for line in daemon.said("image judged")]
    assert judged == [digest_of(stack.engine, web.image)]


def test_a_daemon_does_not_begin_with_a_gates_file_that_cannot_be_read(start: Start, signs: Signer) -> None:
    signs.file.write_text("[signed]\nimage = 7\n")

    daemon = start(env=signs.environ)

    assert daemon.end() == 2
    (line,) = daemon.lines
    assert "gates.toml:2: image = 7 of the gate signed cannot be read - it takes " in line["raw"]


def test_of_one_that_is_only_told_of_no_gate_is_asked(
    start: Start, stack: Stack, registry: PrivateRegistry, signs: Signer, cli: Commands
) -> None:
    web, image = gated(stack, registry, *_LOCAL, "--label", "ctr-updater.mode=notify")
    daemon = start(env=signs.environ)

    daemon.wait("update available", container=web.name)

    assert daemon.stop() == 0
    assert daemon.said("image judged") == []
    found = json.loads(cli("watcher", "check", "--json", web.name, env=signs.environ).out)
    assert (found["verdict"], found["waits"]) == ("outdated", [])
    by_hand = cli("watcher", "update", "--no-pull", web.name, env=signs.environ)
    assert (by_hand.code, f"no signature of {image}" in by_hand.err) == (7, True)


def test_the_gates_are_read_again_at_sighup(
    start: Start, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, _ = gated(stack, registry, *_LOCAL)
    daemon = start(env=signs.environ)
    daemon.wait("update waits for its gate", container=web.name)
    signs.file.write_text("[signed")
    daemon.send(signal.SIGHUP)
    assert "gates.toml:1: this is no TOML" in daemon.wait("gates not read again")["why"]
    assert is_untouched(stack, web)
    signs.define("true")

    daemon.send(signal.SIGHUP)

    assert daemon.wait("gates read again")["gates"] == "signed"
    daemon.wait("container updated", container=web.name)
    assert marker_of(stack, web.name) == "new"
