"""What a gate refused stays out, by whatever way."""

import pytest

from tests.integration.apps import outdated
from tests.integration.gates import Updater, gated
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

pytestmark = pytest.mark.every_engine


def test_what_a_gate_refused_is_no_image_to_go_back_to(
    updater: Updater, stack: Stack, registry: PrivateRegistry
) -> None:
    web, _ = gated(stack, registry)
    assert updater.update(web).code == 7

    back = updater("rollback", web.name)
    named = updater("rollback", "--to", stack.image_id(web.image), web.name)

    assert (back.code, named.code) == (7, 3)
    assert "has no image to go back to" in back.err
    assert stack.inspect(web.name)["Id"] == web.cid


def test_a_gate_counts_also_where_nothing_can_be_kept(
    updater: Updater, stack: Stack, registry: PrivateRegistry
) -> None:
    web, _ = gated(stack, registry)

    done = updater("update", "--no-pull", web.name, CTR_UPDATER_STATE_DIR="/proc/nowhere")

    assert done.code == 7
    assert "the gate signed refuses it" in done.err
    assert stack.inspect(web.name)["Id"] == web.cid


@pytest.mark.parametrize("why", ["a hold of the image", "a veto"])
def test_of_what_is_held_back_no_gate_is_asked(
    updater: Updater, stack: Stack, registry: PrivateRegistry, why: str
) -> None:
    web, _ = gated(stack, registry, "--label", "ctr-updater.veto-file=/var/veto")
    if why == "a veto":
        stack.engine.docker("exec", web.name, "sh", "-c", "mkdir -p /var && touch /var/veto")
    else:
        assert updater("hold", "--this-image", web.name).code == 0

    planned, done = updater.update(web, "--dry-run"), updater.update(web)

    assert (planned.code, done.code) == (7, 7)
    assert planned.err == done.err
    assert [row for row in updater.history(web) if row["kind"] == "gate"] == []
    assert stack.inspect(web.name)["Id"] == web.cid


def test_what_a_gate_refused_is_named_before_what_a_dependent_wants(
    updater: Updater, stack: Stack, registry: PrivateRegistry
) -> None:
    web, _ = gated(stack, registry)
    veto = ("--label", "ctr-updater.veto-file=/var/veto")
    side = outdated(stack, *veto, "--network", f"container:{web.name}", name="side", cmd="sleep 600")
    stack.engine.docker("exec", side.name, "sh", "-c", "mkdir -p /var && touch /var/veto")

    done, planned = updater.update(web), updater.update(web, "--dry-run")

    assert (done.code, planned.code) == (7, 7)
    assert "the gate signed refuses it" in done.err
    assert planned.err == done.err
