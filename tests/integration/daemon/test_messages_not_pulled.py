"""What is told of images that a registry alone has: each once, and not again when it is pulled."""

from collections.abc import Callable

from tests.integration.daemon.apps import OPT_IN
from tests.integration.daemon.test_messages import to, told
from tests.integration.daemon.test_registry import publish, pushed
from tests.testbed.cli import Result
from tests.testbed.receiver import Receiver
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

Once = Callable[..., Result]
NOTIFY = (*OPT_IN, "--label", "ctr-updater.mode=notify")


def test_each_image_that_a_registry_comes_to_hold_is_told(
    once: Once, stack: Stack, registry: PrivateRegistry, receiver: Receiver
) -> None:
    web = pushed(stack, registry, options=NOTIFY)
    for marker in ("new", "newer"):
        publish(stack, registry, web, marker)
        for _ in range(2):
            once(env=to(receiver))

    assert told(receiver) == [(web.name, "available")] * 2


def test_an_image_that_was_told_of_is_no_news_once_somebody_has_pulled_it(
    once: Once, stack: Stack, registry: PrivateRegistry, receiver: Receiver
) -> None:
    web = pushed(stack, registry, options=NOTIFY)
    publish(stack, registry, web, "new")
    once(env=to(receiver))
    assert told(receiver) == [(web.name, "available")]

    stack.engine.docker("pull", web.image)
    once(env=to(receiver))

    assert told(receiver) == [(web.name, "available")]
    publish(stack, registry, web, "newer")
    once(env=to(receiver))
    assert told(receiver) == [(web.name, "available")] * 2
