"""What the engine refuses in an updater's own update, and grants later, is not the fault of the image."""

from collections.abc import Callable

import pytest

from tests.e2e.self_update.conftest import Updater
from tests.testbed.faults import Fault, answer, cut
from tests.testbed.proxy import Proxy

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all

Settled = Callable[[], None]


def test_a_helper_that_the_engine_would_not_start_is_made_once_more(
    updater: Updater, settled: Settled
) -> None:
    with Proxy(updater.stack.engine.socket) as proxy:
        updater.run("--restart", "unless-stopped", socket=proxy.socket)
        settled()

        refused = proxy.arm(answer(message="no space left on device"), match="POST .*/start", times=6)
        target = updater.move("second")
        updater.stack.wait(updater.is_new, timeout=120)

    assert refused.fired.is_set()
    assert updater.found["Image"] == target
    assert "container held" not in updater.log


@pytest.mark.parametrize("fault", [answer(message="read-only file system"), cut], ids=["refused", "cut"])
def test_where_the_engine_would_not_create_the_successor_it_is_asked_again(
    updater: Updater, settled: Settled, fault: Fault
) -> None:
    with Proxy(updater.stack.engine.socket) as proxy:
        updater.run("--restart", "unless-stopped", socket=proxy.socket)
        settled()

        refused = proxy.arm(fault, match="POST .*create.*-new-", times=2)
        target = updater.move("second")
        updater.stack.wait(updater.is_new, timeout=120)

    assert refused.fired.is_set()
    assert updater.found["Image"] == target
