"""What a listener is told while a container is updated."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

from tests.integration.daemon.apps import labelled, move
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.cli import Commands
from tests.testbed.stack import Stack

READ = TOKENS["CTR_UPDATER_READ_TOKEN"]
Told = tuple[str, str, dict[str, Any]]


def told(api: Api, last: str = "", token: str = READ) -> Iterator[Told]:
    """Identifier, kind and data of each event; the first thing that it yields is that it listens."""
    headers = ({"Authorization": f"Bearer {token}"} if token else {}) | {"Last-Event-ID": last}
    request = urllib.request.Request(f"{api.url}/api/v1/events", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.readline() == b": here\n"
        yield "", "", {}
        found: dict[str, str] = {}
        for line in response:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key:
                found[key] = value
            elif "data" in found:
                yield found["id"], found["event"], json.loads(found["data"])
                found = {}


def test_an_update_is_told_as_it_happens_and_once_more_to_who_comes_again(api: Api, stack: Stack) -> None:
    web = labelled(stack, "--label", "ctr-updater.mode=notify")
    move(stack, web)
    events = told(api)
    next(events)
    api("POST", f"/api/v1/containers/{web.name}/update")

    seen = list[Told]()
    for each in events:
        seen.append(each)
        if each[1] == "container" and any(kind == "attempt" for _, kind, _ in seen):
            break

    stages = [data for _, kind, data in seen if kind == "stage"]
    (attempt,) = [data for _, kind, data in seen if kind == "attempt"]
    assert {"create", "stop", "prove"} <= {data["stage"] for data in stages}
    assert (attempt["name"], attempt["outcome"], attempt["by"]) == (web.name, "updated", "api")
    assert (seen[-1][2]["name"], seen[-1][2]["verdict"]) == (web.name, "current")
    again = told(api, seen[0][0])
    next(again)
    assert next(again) == seen[1]


def test_a_container_that_comes_or_goes_is_told(api: Api, stack: Stack) -> None:
    events = told(api)
    next(events)

    web = labelled(stack)
    _, kind, come = next(events)
    stack.engine.docker("rm", "-f", web.name)
    gone = next(data for _, _, data in events if "error" in data)

    assert (kind, come["name"], come["verdict"]) == ("container", web.name, "current")
    assert (gone["name"], gone["code"]) == (web.name, 3)


def test_what_people_decide_is_told_whoever_writes_it_and_where_there_is_no_update(
    api: Api, stack: Stack, cli: Commands
) -> None:
    """There is nothing else to say of what is up to date, and of what is only told of."""
    web = labelled(stack)
    told_of = labelled(stack, "--label", "ctr-updater.mode=notify", name="notified")
    move(stack, told_of)
    api.daemon.wait("update available", container=told_of.name)
    events = told(api)
    next(events)

    def waits(name: str, wanted: list[str]) -> None:
        of_it = (data for _, kind, data in events if kind == "container" and data["name"] == name)
        next(data for data in of_it if [wait["for"] for wait in data["waits"]] == wanted)

    assert api.done(f"/api/v1/containers/{web.name}/hold", {"why": "the fair"})[0] == "done"
    waits(web.name, ["hold"])
    assert cli("watcher", "hold", told_of.name).code == 0
    waits(told_of.name, ["hold"])
    assert cli("watcher", "release", web.name).code == 0
    waits(web.name, [])
