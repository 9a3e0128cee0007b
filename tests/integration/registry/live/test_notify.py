"""What only notifies is asked for at its registry, never pulled, and said once for each image."""

from tests.integration.daemon.apps import OPT_IN, is_untouched
from tests.integration.daemon.conftest import Start
from tests.integration.registry.live.apps import asked, blobs, publish, pulled
from tests.integration.registry.live.front import Until
from tests.testbed.badregistry import BadRegistry, answer
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = (*OPT_IN, "--label", "ctr-updater.mode=notify")


def test_a_new_image_is_said_once_and_again_only_for_another(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=NOTIFY)
    before = len(blobs(front, web))
    publish(stack, registry, web)
    daemon = start("--interval", "1s")
    first = daemon.wait("update available", container=web.name)
    seen = len(asked(front, web))
    wait_until(lambda: len(asked(front, web)) > seen + 3, "further questions")
    said = len(daemon.said("update available"))

    publish(stack, registry, web, "newer")

    assert daemon.wait("update available", container=web.name)["why"] != first["why"]
    assert said == 1
    assert len(blobs(front, web)) == before
    assert stack.image_id(web.image) == web.old
    assert is_untouched(stack, web)


def test_trouble_in_between_is_no_news_of_the_image(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front, options=NOTIFY)
    publish(stack, registry, web)
    daemon = start("--interval", "1s")
    daemon.wait("update available", container=web.name)
    broken = Until(answer(503))
    front.on("/v2/", broken)
    daemon.wait("tag not pulled", image=web.image)

    broken.over()

    daemon.wait("tag pulled again", image=web.image)
    assert len(daemon.said("update available")) == 1
