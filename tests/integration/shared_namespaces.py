"""Containers that hold on to one another, made and looked at: shared by the tests of dependents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.apps import App, current, outdated
from tests.testbed.stack import Stack
from watcher.dependencies.namespaces import references

NAMESPACE = {"--network": "net", "--pid": "pid", "--ipc": "ipc"}

Family = dict[str, dict[str, Any]]


def provider(stack: Stack, *options: object, **image: Any) -> App:
    """A container with an update, that others may join."""
    return outdated(stack, "--ipc", "shareable", *options, **image)


def joining(web: App, option: str) -> tuple[str, str]:
    return option, f"{web.name}:db" if option == "--link" else f"container:{web.name}"


def joined(
    stack: Stack, *options: object, name: str = "side", make: Callable[..., App] = current, **image: Any
) -> App:
    """A container that joined others; it serves on a port of its own, for the network may be theirs."""
    port = 1000 + sum(map(ord, name))
    return make(stack, "--env", f"PORT={port}", *options, name=name, **image)


def family(stack: Stack) -> Family:
    """The inspects of all containers of the test, by name."""
    found = [stack.inspect(row["Id"]) for row in stack.containers().values()]
    return {each["Name"].removeprefix("/"): each for each in found}


def providers(stack: Stack, container: dict[str, Any]) -> set[str]:
    """The names of the running containers that one holds on to."""
    found = [stack.inspect(text) for _, text in references(container)]
    assert all(each["State"]["Running"] for each in found)
    return {each["Name"].removeprefix("/") for each in found}


def shared(stack: Stack, one: str, other: str, kind: str) -> bool:
    """Whether two containers are in one namespace."""
    pids = [stack.inspect(name)["State"]["Pid"] for name in (one, other)]
    first, second = (Path(f"/proc/{pid}/ns/{kind}").readlink() for pid in pids)
    return first == second


def replaced(stack: Stack, before: Family) -> Family:
    """All are other containers than they were, run, and nothing else is left."""
    after = family(stack)
    assert after.keys() == before.keys()
    for name, each in after.items():
        assert each["Id"] != before[name]["Id"], name
        assert each["State"]["Running"], name
    return after


def unchanged(stack: Stack, before: Family) -> None:
    """All are the containers that they were, run, and nothing else is left."""
    after = family(stack)
    assert after.keys() == before.keys()
    for name, each in after.items():
        assert each["Id"] == before[name]["Id"], name
        assert each["HostConfig"] == before[name]["HostConfig"], name
        assert each["State"]["Running"], name
