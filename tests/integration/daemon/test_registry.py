"""The timer pulls each tag once, and nothing else asks a registry."""

import contextlib
import http.client
import signal
from collections.abc import Callable

import pytest

from tests.integration.apps import App, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.cli import Result
from tests.testbed.faults import Fault, Hold, answer, cut, run
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Armed, Proxy
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

PULL = "/images/create"
MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


def pushed(
    stack: Stack, registry: PrivateRegistry, *, name: str = "web", options: tuple[str, ...] = OPT_IN
) -> App:
    """Run a labelled container whose tag is the same in its registry."""
    reference = f"{registry.address}/{stack.name(f'{name}-app:1')}"
    old = stack.image(reference, marker="old")
    stack.engine.docker("push", reference)
    return App(stack.name(name), stack.run(reference, *options, name=stack.name(name)), reference, old)


def publish(stack: Stack, registry: PrivateRegistry, app: App, marker: str) -> None:
    """Move the app's tag in its registry alone: the engine must not see it move."""
    repository = app.image.rpartition(":")[0]
    stack.image(f"{repository}:next", marker=marker)
    stack.engine.docker("push", f"{repository}:next")
    stack.engine.docker("rmi", f"{repository}:next")
    path = f"/v2/{repository.rpartition('/')[2]}/manifests"
    with contextlib.closing(http.client.HTTPConnection(registry.address)) as connection:
        connection.request("GET", f"{path}/next", headers={"Accept": ", ".join(MANIFESTS)})
        found = connection.getresponse()
        manifest, kind = found.read(), found.headers["Content-Type"]
        connection.request("PUT", f"{path}/1", manifest, {"Content-Type": kind})
        assert connection.getresponse().status == 201


def pulls(proxy: Proxy, app: App) -> int:
    """How often the daemon has pulled the app's tag; the engine takes the name apart, or not."""
    repository = app.image.rpartition("/")[2].partition(":")[0]
    return sum(call.path == PULL and repository in call.query for call in list(proxy.calls))


def manifests(registry: PrivateRegistry, app: App) -> int:
    """How often the registry was asked for the app's tag."""
    repository = app.image.rpartition("/")[2].partition(":")[0]
    path = f"/v2/{repository}/manifests/1"
    return sum(request.path == path and request.method != "PUT" for request in registry.requests())


def test_a_tag_that_moved_in_its_registry_is_found_at_the_start(
    start: Start, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *OPT_IN)

    start().wait("container updated", container=web.name)

    assert is_replaced(stack, web)


@pytest.mark.parametrize("fault", [answer(500, "context canceled"), cut], ids=["refused", "cut off"])
def test_a_pass_for_which_the_engine_could_not_list_its_containers_is_made_up_for_soon(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy, fault: Fault
) -> None:
    web = published(stack, registry, *OPT_IN)
    armed = proxy.arm(fault, match="GET /containers/json.*ctr-updater.enable")

    daemon = start("--interval", "12h", host=proxy.host)

    daemon.wait("container updated", container=web.name)
    assert armed.fired.is_set()
    assert is_replaced(stack, web)


def test_a_tag_that_moves_in_its_registry_is_found_by_the_timer(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = pushed(stack, registry)
    daemon = start("--interval", "1s", host=proxy.host).looked()
    wait_until(lambda: pulls(proxy, web) > 1, "the second pull")

    publish(stack, registry, web, "new")

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_what_only_notifies_is_asked_for_and_never_pulled(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = pushed(stack, registry, options=(*OPT_IN, "--label", "ctr-updater.mode=notify"))
    before = manifests(registry, web)
    daemon = start("--interval", "1s", host=proxy.host).looked()
    wait_until(lambda: manifests(registry, web) > before + 1, "the second question")

    publish(stack, registry, web, "new")

    daemon.wait("update available", container=web.name)
    assert is_untouched(stack, web)
    assert stack.image_id(web.image) == web.old
    assert pulls(proxy, web) == 0


def test_each_tag_is_asked_for_once_an_interval_however_many_follow_it(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    one, other = pushed(stack, registry), pushed(stack, registry, name="other")
    for number in range(3):
        stack.run(one.image, *OPT_IN, name=stack.name(f"replica{number}"))
    before = {app: manifests(registry, app) for app in (one, other)}

    daemon = start("--interval", "1s", host=proxy.host)
    wait_until(lambda: pulls(proxy, one) > 3 and pulls(proxy, other) > 3, "the fourth pull")
    assert daemon.stop() == 0

    assert abs(pulls(proxy, one) - pulls(proxy, other)) <= 1
    for app in (one, other):
        assert manifests(registry, app) - before[app] <= pulls(proxy, app)
    assert {call.path for call in proxy.changes} == set()


def test_own_pulls_cause_no_pulls(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web, fence = pushed(stack, registry), labelled(stack, name="fence")
    daemon = start(host=proxy.host).looked()
    wait_until(lambda: pulls(proxy, web) > 0, "the first pull")

    move(stack, fence)
    daemon.wait("container updated", container=fence.name)

    assert pulls(proxy, web) == 1


def test_a_pull_by_somebody_else_causes_no_pull(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = pushed(stack, registry)
    daemon = start(host=proxy.host).looked()
    wait_until(lambda: pulls(proxy, web) > 0, "the first pull")
    publish(stack, registry, web, "new")

    stack.engine.docker("pull", web.image)
    daemon.wait("container updated", container=web.name)

    assert pulls(proxy, web) == 1


def test_source_local_never_asks_a_registry(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    asked, local = pushed(stack, registry), pushed(stack, registry, name="local", options=LOCAL)
    before = manifests(registry, local)

    daemon = start("--interval", "1s", host=proxy.host)
    wait_until(lambda: pulls(proxy, asked) > 2, "the third pull of another")
    move(stack, local)
    daemon.wait("container updated", container=local.name)

    assert (pulls(proxy, local), manifests(registry, local) - before) == (0, 0)


def test_an_update_found_by_the_timer_pulls_no_second_time(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = published(stack, registry, *OPT_IN)

    start(host=proxy.host).wait("container updated", container=web.name)

    assert pulls(proxy, web) == 1


def test_sighup_pulls_now(start: Start, stack: Stack, registry: PrivateRegistry) -> None:
    web = pushed(stack, registry)
    daemon = start().looked()
    publish(stack, registry, web, "new")

    daemon.send(signal.SIGHUP)

    daemon.wait("container updated", container=web.name)
    assert is_replaced(stack, web)


def test_a_pull_that_hangs_holds_up_no_other_tag(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    """Neither in this interval nor in those that follow."""
    slow, quick = pushed(stack, registry, name="slow"), pushed(stack, registry, name="quick")
    hold = Hold()
    proxy.arm(hold, match=f"{PULL}.*slow-app", times=1000)
    daemon = start("--interval", "1s", host=proxy.host)
    assert hold.reached.wait(60)
    wait_until(lambda: pulls(proxy, quick) > 0, "the other tag's first pull")

    publish(stack, registry, quick, "new")

    daemon.wait("container updated", container=quick.name)
    assert is_untouched(stack, slow)


def test_more_hanging_pulls_than_there_are_slots_hold_up_no_other_tag(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    for number in range(6):
        pushed(stack, registry, name=f"slow{number}")
    local = labelled(stack, name="local")
    hold = Hold()
    proxy.arm(hold, match=f"{PULL}.*slow", times=1000)
    daemon = start("--interval", "1s", host=proxy.host)
    assert hold.reached.wait(60)

    move(stack, local)

    daemon.wait("container updated", container=local.name)
    assert daemon.stop() == 0


def test_a_registry_that_refuses_is_said_once_and_counted(start: Start, stack: Stack, proxy: Proxy) -> None:
    with PrivateRegistry() as own:
        web = pushed(stack, own)
        own.stop()
        daemon = start("--interval", "1s", host=proxy.host)
        said = daemon.wait("tag not pulled", image=web.image)
        proxy.calls.clear()
        # The last of them may find the registry there again.
        wait_until(lambda: pulls(proxy, web) > 3, "four more pulls")
        own.start()
        again = daemon.wait("tag pulled again", image=web.image)
        # While the registry is there: its end is one more failure, which is said too.
        assert len(daemon.said("tag not pulled")) == 1

    assert web.image in said["why"]
    assert again["failures"] > 3
    assert is_untouched(stack, web)


def test_an_error_in_the_middle_of_a_pull_is_no_update(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = published(stack, registry, *OPT_IN)
    proxy.arm(answer(500, "unknown blob"), match=PULL)

    daemon = start(host=proxy.host)

    assert "unknown blob" in daemon.wait("tag not pulled", image=web.image)["why"]
    assert daemon.stop() == 0
    assert is_untouched(stack, web)


def test_an_engine_that_goes_away_when_a_pull_has_failed_is_no_crash(
    start: Start, stack: Stack, registry: PrivateRegistry, proxy: Proxy
) -> None:
    web = published(stack, registry, *OPT_IN)
    cuts = list[Armed]()
    goes = run(lambda: cuts.append(proxy.arm(cut, match="^GET /images/")), then=answer(500, "unknown blob"))
    proxy.arm(goes, match=PULL)

    daemon = start(host=proxy.host)

    daemon.wait("container updated", container=web.name)
    assert cuts[0].fired.is_set()
    assert daemon.stop() == 0


@pytest.mark.parametrize("interval", ["0", "0s", "soon", "-1s"])
def test_an_interval_that_would_hammer_the_registry_is_a_usage_error(
    once: Callable[..., Result], interval: str
) -> None:
    done = once(f"--interval={interval}")

    assert (done.code, done.out) == (2, "")
