"""What the API has done shares turns and slots with what the daemon does by itself."""

from collections.abc import Callable

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.event_log import one_after_another, story
from tests.integration.daemon.test_parallel import count
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.faults import Hold
from tests.testbed.processes import wait_until
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")


def begun(api: Api, name: str) -> str:
    """Begin an update; its operation."""
    status, found = api("POST", f"/api/v1/containers/{name}/update")
    assert status == 202
    return str(found["operation"])


def test_no_more_are_down_at_once_than_the_daemon_may_hold_down(
    start: Start, stack: Stack, proxy: Proxy, free_port: Callable[[], int]
) -> None:
    web, asked = outdated(stack, *LOCAL), outdated(stack, *LOCAL, *NOTIFY, name="asked")
    hold, port = Hold(), free_port()
    proxy.arm(hold, match="^POST .*/stop", times=100)
    listen = ("--listen", f"127.0.0.1:{port}", "--concurrency", "1")
    daemon = start(*listen, host=proxy.host, env={**TOKENS})
    wait_until(lambda: count(proxy, "^POST .*/stop") == 1, "the daemon's own stop")
    api = Api(daemon, port)

    operation = begun(api, asked.name)
    for _ in range(20):
        assert api("GET", f"/api/v1/containers/{asked.name}")[1]["state"] == "running"

    assert is_untouched(stack, asked)
    assert (count(proxy, "/containers/create"), count(proxy, "^POST .*/stop")) == (1, 1)
    hold.release()
    assert api.ended(operation)[0] == "done"
    daemon.wait("container updated", container=web.name)


def test_a_dependent_waits_for_what_a_person_has_updated(api: Api, stack: Stack) -> None:
    db = labelled(stack, *NOTIFY, "--label", "ctr-updater.stable-for=2s", name="db")
    web = labelled(stack, "--label", f"ctr-updater.depends-on={db.name}")
    move(stack, db)

    with stack.events() as events:
        operation = begun(api, db.name)
        wait_until(lambda: api("GET", f"/api/v1/containers/{db.name}")[1]["state"] == "updating", "its begin")
        move(stack, web)
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)
    assert api.ended(operation)[0] == "done"


def test_what_a_person_has_updated_waits_for_what_goes_before_it(api: Api, stack: Stack) -> None:
    db = labelled(stack, "--label", "ctr-updater.stable-for=2s", name="db")
    web = labelled(stack, *NOTIFY, "--label", f"ctr-updater.depends-on={db.name}")
    move(stack, web)

    with stack.events() as events:
        move(stack, db)
        wait_until(lambda: api("GET", f"/api/v1/containers/{db.name}")[1]["state"] == "updating", "its begin")
        operation = begun(api, web.name)
        told = story(events, ends=2)

    assert told == one_after_another(db.name, web.name)
    assert api.ended(operation)[0] == "done"
