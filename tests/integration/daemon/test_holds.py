"""What it costs to find out who holds on to a container: each other one is inspected once, ever."""

import collections

from tests.integration.apps import current
from tests.integration.daemon.apps import LOCAL, labelled, move
from tests.integration.daemon.conftest import Start
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

BYSTANDERS = 30
APART = ("--env", "PORT=99")


def inspected(proxy: Proxy) -> collections.Counter[str]:
    """How often each container was inspected, by what it was called."""
    asked = [call.path.removeprefix("/containers/") for call in proxy.calls if call.method == "GET"]
    return collections.Counter(path.removesuffix("/json") for path in asked if path.endswith("/json"))


def test_a_bystander_is_inspected_once_however_many_updates_there_are(
    start: Start, stack: Stack, proxy: Proxy
) -> None:
    daemon = start(host=proxy.host).looked()
    apps = [labelled(stack, name=name) for name in ("a", "b", "c")]
    made = stack.image(stack.name("other:1"))
    others = {stack.create(made, name=stack.name(f"other{number}")) for number in range(BYSTANDERS)}

    for app in (*apps, apps[0]):
        move(stack, app, marker=f"{app.name} of {len(daemon.lines)}")
        daemon.wait("container updated", container=app.name)

    asked = inspected(proxy)
    assert {cid: asked[cid] for cid in others} == dict.fromkeys(others, 1)


def test_one_that_joins_when_the_others_are_known_is_replaced_as_well(start: Start, stack: Stack) -> None:
    daemon = start().looked()
    web = labelled(stack, "--ipc", "shareable")
    move(stack, web, marker="second")
    daemon.wait("container updated", container=web.name)
    joins = ("--pid", f"container:{web.name}", "--ipc", f"container:{web.name}")
    current(stack, *LOCAL, *APART, *joins, name="side")

    move(stack, web, marker="third")

    line = daemon.wait("container updated", container=web.name)
    assert line["along"] == stack.name("side")
