"""What an update did, and what it left: shared by the tests of updates."""

import subprocess
from typing import Any

from tests.integration.apps import App
from tests.testbed.faults import answer
from tests.testbed.proxy import Proxy
from tests.testbed.stack import Stack

UPDATE = ("watcher", "update", "--no-pull")

# An update's time, and that of each of its stages, is rounded to a millisecond: their sum may be some more.
ROUNDED_S = 0.01


def steps(proxy: Proxy, web: App) -> list[str]:
    """The calls that changed containers, each as its verb and the container that it is for."""
    verbs = []
    for call in proxy.changes:
        if call.path.startswith("/images/"):
            continue  # the tag that keeps the image
        verb = "remove" if call.method == "DELETE" else call.path.rpartition("/")[2]
        whose = "" if verb == "create" else " old" if web.cid in call.path else " new"
        verbs.append(verb + whose)
    return verbs


def unchanged(stack: Stack, before: dict[str, Any]) -> None:
    """Nothing is left over, and the container is the one that it was, running where it ran."""
    name = before["Name"].removeprefix("/")
    assert list(stack.containers()) == [name]
    after = stack.inspect(name)
    assert after["Id"] == before["Id"]
    assert (after["Config"], after["HostConfig"]) == (before["Config"], before["HostConfig"])
    for flag in ("Running", "Paused"):
        assert after["State"][flag] == before["State"][flag]


def replaced(stack: Stack, web: App) -> dict[str, Any]:
    """The container of the name is another one, of the new image, and nothing else is left."""
    assert list(stack.containers()) == [web.name]
    after = stack.inspect(web.name)
    assert after["Id"] != web.cid
    assert after["Image"] == stack.image_id(web.image)
    return after


def leave_task(proxy: Proxy, app: App, stuck: App) -> str:
    """Let an update be given up once the old container is stopped; `stuck` cannot be started from then on.

    That is said as containerd says it of what an engine left behind that was killed: it happens by chance.

    Returns:
        The command that would end it.
    """
    proxy.arm(answer(), match=f"^POST .*{app.cid}/rename")
    left_behind(proxy, stuck)
    return f"`pkill -KILL -f 'containerd-shim.*-id {stuck.cid[:12]}'`"


def left_behind(proxy: Proxy, stuck: App) -> None:
    """Let a container not be started any more, for an engine that was killed has forgotten its task."""
    left = answer(500, f"failed to create task: task {stuck.cid}: already exists")
    proxy.arm(left, match=f"^POST .*{stuck.cid}/start", times=99)


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
