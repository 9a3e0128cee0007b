"""The daemon lets go of images that containers ran before, and no tag of ours is news to it."""

from tests.integration.daemon.apps import labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.update.test_kept_images import kept, tags
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack


def test_what_is_over_loses_its_tag_and_a_container_that_is_gone_keeps_nothing(
    start: Start, stack: Stack
) -> None:
    daemon = start().looked()
    web, other = labelled(stack), labelled(stack, name="other")
    for each in (web, other):
        move(stack, each)
        daemon.wait("container updated", container=each.name)
    assert tags(stack) == kept(web.old, other.old)

    stack.engine.docker("rm", "-f", other.name)
    wait_until(lambda: tags(stack) == kept(web.old), "the end of what the other one kept")


def test_what_is_kept_for_long_enough_loses_its_tag_with_nobody_asking(start: Start, stack: Stack) -> None:
    daemon = start(hurried=True).looked()
    web = labelled(stack, "--label", "ctr-updater.keep-for=15s")
    move(stack, web)
    daemon.wait("container updated", container=web.name)
    assert tags(stack) == kept(web.old)

    wait_until(lambda: tags(stack) == {}, "the end of what it kept")


def test_a_container_that_a_person_renames_keeps_its_own(start: Start, stack: Stack) -> None:
    daemon = start().looked()
    web, fence = labelled(stack), labelled(stack, name="fence")
    move(stack, web)
    daemon.wait("container updated", container=web.name)

    stack.engine.docker("rename", web.name, stack.name("renamed"))
    move(stack, fence)
    daemon.wait("container updated", container=fence.name)
    stack.engine.docker("rm", "-f", fence.name)

    wait_until(lambda: tags(stack) == kept(web.old), "the end of what the fence kept")
