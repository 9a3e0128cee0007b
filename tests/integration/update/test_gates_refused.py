"""What a gate refused stays out, by whatever way."""

import pytest

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
