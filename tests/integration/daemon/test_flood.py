"""Events by the thousand cost a look now and then, and hide nothing."""

from concurrent.futures import ThreadPoolExecutor

from tests.integration.daemon.apps import is_replaced, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

EVENTS = 10_000
SENDERS = 4


def flood(stack: Stack, image: str, sender: int) -> None:
    """Move tags of its own to and fro; each time is an event."""
    for number in range(EVENTS // SENDERS):
        target = f"repo={stack.name('flood')}&tag={sender}-{number % 9}"
        assert stack.engine.api("POST", f"/images/{image}/tag?{target}")[0] == 201


def test_a_flood_of_10_000_events_is_a_few_looks_and_an_update_goes_on_in_it(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    web, late = labelled(stack), labelled(stack, name="late")
    daemon = start(host=proxy.host).looked()

    with ThreadPoolExecutor(SENDERS) as pool:
        floods = [pool.submit(flood, stack, web.old, sender) for sender in range(SENDERS)]
        move(stack, web)
        daemon.wait("container updated", container=web.name)
        for each in floods:
            each.result()
    move(stack, late)
    daemon.wait("container updated", container=late.name)

    assert daemon.stop() == 0
    assert is_replaced(stack, web)
    assert is_replaced(stack, late)
    looks = [call for call in proxy.calls if call.path == "/containers/json"]
    assert len(looks) < EVENTS / 10
    assert daemon.said("engine gone") == []
