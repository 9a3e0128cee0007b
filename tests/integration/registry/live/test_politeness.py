"""The daemon asks a registry no more than it must, and what one of them answers holds up no other."""

import signal
from collections.abc import Callable

import pytest

from tests.integration.daemon.apps import OPT_IN, is_replaced, is_untouched, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_registry import manifests, pulls, pushed
from tests.integration.registry.live.apps import asked, loaded, publish, pulled
from tests.integration.registry.live.conftest import Begin
from tests.integration.registry.live.front import Crowd, Until
from tests.integration.registry.live.test_situations import log_in, unknown
from tests.testbed.badregistry import BadRegistry, Behaviour, Hang, answer, cut, page
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack
from tests.testbed.tokenserver import Basic, refuse

EACH_SECOND = ("--interval", "1s")
AT_ONCE = 4
Fence = Callable[[], None]


@pytest.fixture
def intervals(stack: Stack, registry: PrivateRegistry) -> Fence:
    """A function that returns once another registry's tag was asked for in three more intervals."""
    other = pushed(stack, registry, name="other")

    def wait() -> None:
        before = manifests(registry, other)
        wait_until(lambda: manifests(registry, other) > before + 3, "three intervals")

    return wait


def test_a_registry_that_asks_for_time_gets_it_for_all_its_tags_and_others_go_on(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry, intervals: Fence
) -> None:
    late = pulled(stack, registry, front, name="late", options=())
    web = pulled(stack, registry, front)
    front.on("/v2/", answer(429, Retry_After="1800"))
    daemon = start(*EACH_SECOND)
    said = daemon.wait("tag not pulled", image=web.image)
    before = front.asked()

    stack.run(late.image, *OPT_IN, name=stack.name("late-too"))
    intervals()

    assert 1700 < said["again_in_s"] <= 1800
    assert front.asked() == before
    assert is_untouched(stack, web)


def test_a_registry_that_asks_for_no_certain_time_gets_a_quarter_of_an_hour(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", answer(429))

    assert start(*EACH_SECOND).wait("tag not pulled", image=web.image)["again_in_s"] == pytest.approx(
        900, 0.1
    )


def test_a_registry_is_asked_again_once_its_time_is_over(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    busy = Until(answer(429, Retry_After="2"))
    front.on("/v2/", busy)
    daemon = start()
    daemon.wait("tag not pulled", image=web.image)

    busy.over()

    daemon.wait("tag pulled again", image=web.image)


@pytest.mark.parametrize("behaviour", [answer(503), cut], ids=["503", "cut"])
def test_a_registry_in_trouble_is_left_alone_for_longer_and_longer_and_said_once(
    start: Start,
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    proxy: Proxy,
    behaviour: Behaviour,
) -> None:
    web = pulled(stack, registry, front)
    broken = Until(behaviour)
    front.on("/v2/", broken)
    daemon = start(*EACH_SECOND, host=proxy.host)
    daemon.wait("tag not pulled", image=web.image)
    wait_until(lambda: pulls(proxy, web) > 3, "the fourth try")

    broken.over()

    assert daemon.wait("tag pulled again", image=web.image)["failures"] > 2
    assert len(daemon.said("tag not pulled")) == 1
    assert is_untouched(stack, web)


def test_a_login_page_in_between_is_no_new_image(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    """Not even where the engine takes it for one, and moves its tag to it (containerd store)."""
    web = pulled(stack, registry, front)
    portal = Until(page)
    front.on("/v2/", portal)
    daemon = start(*EACH_SECOND)
    daemon.wait("tag not pulled", image=web.image)

    portal.over()

    daemon.wait("tag pulled again", image=web.image)
    assert "up to date" in cli("watcher", "list").out
    assert is_untouched(stack, web)


def test_another_trouble_with_the_same_tag_is_said_too(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", answer(500))
    daemon = start(*EACH_SECOND)
    first = daemon.wait("tag not pulled", image=web.image)

    front.on("/v2/", answer(403))

    assert daemon.wait("tag not pulled", image=web.image)["why"] != first["why"]


def test_a_refused_login_is_tried_again_after_an_hour_and_no_sighup_hastens_that(
    start: Start,
    cli: Commands,
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    intervals: Fence,
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Basic(user="right"))
    log_in(cli, front.address, "wrong")
    daemon = start(*EACH_SECOND)
    said = daemon.wait("tag not pulled", image=web.image)
    before = front.asked()

    intervals()
    daemon.send(signal.SIGHUP)
    intervals()

    assert 3500 < said["again_in_s"] <= 3600
    assert front.asked() == before


def test_another_login_is_tried_at_once(
    start: Start, cli: Commands, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Basic(user="right"))
    log_in(cli, front.address, "wrong")
    daemon = start(*EACH_SECOND)
    daemon.wait("tag not pulled", image=web.image)

    log_in(cli, front.address, "right")

    daemon.wait("tag pulled again", image=web.image)


def test_sighup_asks_a_registry_that_was_left_alone(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry
) -> None:
    web = pulled(stack, registry, front)
    busy = Until(answer(429, Retry_After="1800"))
    front.on("/v2/", busy)
    daemon = start()
    daemon.wait("tag not pulled", image=web.image)
    busy.over()

    daemon.send(signal.SIGHUP)

    daemon.wait("tag pulled again", image=web.image)


@pytest.mark.parametrize(
    "behaviour",
    [lambda _: refuse('Basic realm="test"'), answer(403, "denied"), unknown, page],
    ids=["401", "403", "404", "login-page"],
)
def test_trouble_with_one_name_holds_up_no_other_of_its_registry(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry, behaviour: Behaviour
) -> None:
    web, other = pulled(stack, registry, front), pulled(stack, registry, front, name="other")
    front.on("web-app/manifests/", behaviour)
    daemon = start(*EACH_SECOND)
    said = daemon.wait("tag not pulled", image=web.image)

    publish(stack, registry, other)

    daemon.wait("container updated", container=other.name)
    assert 0.5 <= said["again_in_s"] <= 1
    assert is_untouched(stack, web)


def test_a_registry_that_hangs_is_given_up_and_another_goes_on(
    start_impatient: Begin,
    stack: Stack,
    registry: PrivateRegistry,
    front: BadRegistry,
    intervals: Fence,
) -> None:
    web = pulled(stack, registry, front)
    front.on("/v2/", Hang())
    daemon = start_impatient(*EACH_SECOND)
    intervals()

    said = daemon.wait("tag not pulled", image=web.image)

    assert "no answer" in said["why"]
    assert is_untouched(stack, web)


def test_a_registry_is_asked_for_few_tags_at_once(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry, intervals: Fence
) -> None:
    web = pulled(stack, registry, front)
    tags = [f"{web.image}{number}" for number in range(AT_ONCE + 2)]
    for tag in tags:
        stack.tag(web.image, tag)
        stack.run(tag, *OPT_IN, name=stack.name(f"web{tag[-1]}"))
    crowd = Crowd()
    front.on("/manifests/", crowd)
    daemon = start(*EACH_SECOND)
    wait_until(lambda: len(crowd.here) == AT_ONCE, "as many questions as there may be")

    intervals()
    most = crowd.most
    crowd.release()

    assert most == AT_ONCE
    wait_until(lambda: len({text.split()[1] for text in asked(front, web)}) > len(tags), "every tag's turn")
    assert daemon.stop() == 0


def test_a_tag_that_did_not_move_costs_one_head_an_interval(
    start: Start, stack: Stack, registry: PrivateRegistry, front: BadRegistry, proxy: Proxy
) -> None:
    web = pulled(stack, registry, front)
    before = len(asked(front, web))

    start(*EACH_SECOND, host=proxy.host)
    wait_until(lambda: pulls(proxy, web) > 3, "the fourth pull")
    begun = pulls(proxy, web)
    heads = asked(front, web)[before:]

    assert {text.split()[0] for text in heads} == {"HEAD"}
    assert begun - 1 <= len(heads) <= pulls(proxy, web)


def test_what_was_built_here_is_followed_without_a_word(
    start: Start, stack: Stack, front: BadRegistry
) -> None:
    """On the containerd store, which notes a digest of every image, it is said, once."""
    web = loaded(stack, front.address)
    daemon = start(*EACH_SECOND)
    wait_until(lambda: len(asked(front, web)) > 3, "two intervals")

    move(stack, web)
    daemon.wait("container updated", container=web.name)

    assert len(daemon.said("tag not pulled")) == int(stack.engine.containerd_store)
    assert is_replaced(stack, web)
