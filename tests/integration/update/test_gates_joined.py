"""Who is replaced with another container and has a gate of its own: that is asked about its own new image."""

from tests.integration.apps import App, marker_of, outdated
from tests.integration.gates import Signer, Updater, gate_runs, gated
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack


def joined(stack: Stack, registry: PrivateRegistry) -> tuple[App, App, str]:
    """One that is updated, and one in its network with a gate; with what the gate judges."""
    web = outdated(stack)
    side, image = gated(stack, registry, "--network", f"container:{web.name}", name="side")
    return web, side, image


def test_one_that_is_replaced_gets_the_image_that_its_gate_lets_pass(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, side, image = joined(stack, registry)
    signs.sign(image)

    done = updater.update(web)

    assert (done.code, done.err) == (0, "")
    assert (marker_of(stack, web.name), marker_of(stack, side.name)) == ("new", "new")
    judged = [(row["image"], row["outcome"]) for row in updater.history(side) if row["kind"] == "gate"]
    assert judged == [(image, "passed")]
    assert gate_runs(stack) == []


def test_one_whose_gate_refuses_keeps_its_image_and_holds_up_nobody(
    updater: Updater, stack: Stack, registry: PrivateRegistry
) -> None:
    web, side, _ = joined(stack, registry)

    done = updater.update(web)

    assert (done.code, done.err) == (0, "")
    assert (marker_of(stack, web.name), marker_of(stack, side.name)) == ("new", "old")
    assert [row["outcome"] for row in updater.history(side) if row["kind"] == "gate"] == ["refused"]
    assert [wait["for"] for wait in updater.waits(side)] == ["gate"]


def test_a_plan_asks_no_gate_of_those_that_are_replaced(
    updater: Updater, stack: Stack, registry: PrivateRegistry, signs: Signer
) -> None:
    web, side, image = joined(stack, registry)
    signs.sign(image)

    assert updater.update(web, "--dry-run").code == 0

    assert updater.history(side) == []
