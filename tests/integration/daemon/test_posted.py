"""What a message tells programs of a container is what every command tells of it."""

import json
from typing import Any

from tests.integration.apps import outdated
from tests.integration.daemon.apps import LOCAL, OPT_IN
from tests.integration.daemon.test_messages import APPROVE, NOTIFY, Once, to
from tests.testbed.badregistry import BadRegistry, answer
from tests.testbed.cli import Commands
from tests.testbed.receiver import Receiver
from tests.testbed.stack import Stack

Json = dict[str, Any]
VERSION = "org.opencontainers.image.version"
UNREADABLE = "ctr-updater.mode=monitor"


def posted(receiver: Receiver) -> dict[str, Json]:
    """What was posted so far of each container, but for the event."""
    return {
        each.pop("container"): {key: value for key, value in each.items() if key != "event"}
        for got in receiver.got()
        for each in got["events"]
    }


def listed(cli: Commands) -> dict[str, Json]:
    """The containers as `watcher list` has them."""
    done = cli("watcher", "list", "--json")
    assert done.code == 0
    return {each["name"]: each for each in json.loads(done.out)}


def test_what_is_posted_of_a_container_is_what_is_listed_of_it(
    once: Once, stack: Stack, receiver: Receiver, cli: Commands
) -> None:
    old, new = ({"labels": {VERSION: version}} for version in ("1.0", "1.1"))
    notified = outdated(stack, *NOTIFY, name="notified", **old, new=new)
    waiting = outdated(stack, *LOCAL, *APPROVE, name="waiting")
    odd = outdated(stack, *LOCAL, "--label", UNREADABLE, name="odd")

    once(env=to(receiver))

    found, expected = posted(receiver), listed(cli)
    assert found.keys() == expected.keys() == {notified.name, waiting.name, odd.name}
    for name in (notified.name, waiting.name):
        assert found[name] == expected[name]
    assert found[notified.name]["version"] == {"running": "1.0", "target": "1.1"}
    assert [wait["for"] for wait in found[waiting.name]["waits"]] == ["approval"]
    assert found[odd.name].keys() == expected[odd.name].keys()
    assert UNREADABLE.partition("=")[0] in found[odd.name]["reason"]


def test_a_container_that_is_all_right_again_is_posted_as_it_is_listed_then(
    once: Once, stack: Stack, receiver: Receiver, cli: Commands
) -> None:
    app = outdated(stack, *NOTIFY)
    once(env=to(receiver))
    stack.engine.docker("tag", app.old, app.image)

    once(env=to(receiver))

    (event,) = receiver.got()[-1]["events"]
    assert event == {"event": "recovered", "container": app.name} | listed(cli)[app.name]
    assert event["verdict"] == "current"


def test_a_registry_has_the_same_keys_as_a_container(
    once: Once, stack: Stack, receiver: Receiver, cli: Commands
) -> None:
    with BadRegistry() as registry:
        registry.on("", answer(401, WWW_Authenticate='Basic realm="x"'))
        stack.image(f"{registry.address}/app:1")
        stack.run(f"{registry.address}/app:1", *OPT_IN, name=stack.name("web"))
        login = {"": registry.address, "_USER": "me", "_PASSWORD": "wrong"}

        once(env=to(receiver) | {f"CTR_UPDATER_REGISTRY{name}": value for name, value in login.items()})

        (found,), (container,) = posted(receiver).values(), listed(cli).values()
    assert found.keys() == container.keys()
    assert (found["verdict"], found["state"], "login" in found["reason"]) == ("unknown", "-", True)
    assert (found["running"], found["target"]) == (None, None)
