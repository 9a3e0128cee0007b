"""What a row of the list says of a container, however an engine writes it; nobody else takes it apart."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import watcher
from watcher.model.listing import Row

# What the views read of a container, inspected or listed. `Labels` are also those of requests, services, ...
VIEWED = frozenset({"State", "Names", "Networks", "NetworkSettings", "RestartPolicy"})
PACKAGE = Path(watcher.__file__).parent
# Requests are made there, from the JSON as it is; or it is not a container that is looked at.
ELSEWHERE = {
    "model/inspection.py": "the view of an inspected container",
    "model/listing.py": "the view of a row",
    "model/names.py": "the name of a row",
    "container/gate_run.py": "the request for a gate's container",
    "engine/client.py": "the request that changes a policy",
    "container/changed_options.py": "the request that changes a policy",
}
REQUESTS, SERVICES = "container/recreate/", "swarm/"


def test_a_row_names_what_the_engine_says() -> None:
    said: dict[str, Any] = {
        "Id": "c" * 64,
        "Names": ["/web", "/app/db"],
        "State": "running",
        "Labels": {"a": "b"},
        "HostConfig": {"NetworkMode": "container:x"},
        "NetworkSettings": {"Networks": {"net": {"NetworkID": "n"}}},
    }
    web = Row(said)

    assert (web.name, web.state, web.has_run, web.labels) == ("web", "running", True, {"a": "b"})
    assert (web.network_mode, web.networks) == ("container:x", {"net": {"NetworkID": "n"}})
    assert ([*web.called], [*web.links]) == (["web", "app/db"], [("app", "db")])


@pytest.mark.parametrize("nothing", [{}, {"Labels": None, "Names": None, "HostConfig": None, "State": None}])
def test_what_an_engine_does_not_say_is_empty(nothing: dict[str, Any]) -> None:
    row = Row({"Id": "c" * 64} | nothing)

    assert (row.name, row.state, row.has_run) == ("c" * 12, "", False)
    assert (row.labels, row.networks, row.network_mode) == ({}, {}, "")
    assert [*row.called, *row.links] == []


def test_what_was_only_created_has_not_run() -> None:
    assert not Row({"Id": "c", "State": "created"}).has_run


def _keys(path: Path) -> Iterator[str]:
    """The keys that a module reads: `x["Key"]` and `x.get("Key", ...)`."""
    for node in ast.walk(ast.parse(path.read_text())):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            key = next(iter(node.args), None)
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def test_the_views_alone_take_apart_what_an_engine_says_of_a_container() -> None:
    found = {
        str(path.relative_to(PACKAGE)): sorted(read)
        for path in PACKAGE.rglob("*.py")
        if (read := VIEWED.intersection(_keys(path)))
    }
    strays = {name: keys for name, keys in found.items() if not name.startswith((REQUESTS, SERVICES))}

    assert strays.keys() <= ELSEWHERE.keys(), strays
