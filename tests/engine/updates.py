"""What an update did, and what it left: shared by the tests of updates."""

import subprocess
from typing import Any

from tests.bed.proxy import Proxy
from tests.bed.stack import Stack
from tests.engine.apps import App

UPDATE = ("watcher", "update", "--no-pull")


def steps(proxy: Proxy, web: App) -> list[str]:
    """The calls that changed something, each as its verb and the container that it is for."""
    verbs = []
    for call in proxy.changes:
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


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
