"""One listener for two engines: what all of them have in one list, and each name to its own engine."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.apps import namesake, outdated, published
from tests.integration.daemon.apps import LOCAL, OPT_IN, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.fleets import engines
from tests.integration.web.conftest import SECRET, TOKENS, Api
from tests.integration.web.test_events import told
from tests.testbed.processes import wait_until
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")


@pytest.fixture
def listen(start: Start, free_port: Callable[[], int]) -> Callable[..., Api]:
    """A function that starts a daemon of two engines with a listener."""

    def begin(local: object, nas: object) -> Api:
        port = free_port()
        env = engines(local, nas) | TOKENS | {"CTR_UPDATER_HOOK_SECRET": SECRET}  # type: ignore[arg-type]
        listening = ("--listen", f"127.0.0.1:{port}", "--watchtower")
        return Api(start(*listening, env=env, hurried=True), port)

    return begin


@pytest.fixture
def api(listen: Callable[..., Api], stack: Stack, nas: Stack) -> Iterator[Api]:
    made = listen(stack.engine, nas.engine)
    for name in ("local", "nas"):
        made.daemon.wait("engine followed", engine=name)
    yield made
    assert made.daemon.stop() == 0


def test_what_runs_on_both_is_in_one_list_and_each_name_is_told_from_its_namesake(
    api: Api, stack: Stack, nas: Stack
) -> None:
    web = outdated(stack, *LOCAL, *NOTIFY)
    theirs = namesake(nas, web, *LOCAL, *NOTIFY)
    alone = labelled(nas, name="db")
    nas.image(web.image, marker="new")

    found = {(row["engine"], row["name"]): row for row in api("GET", "/api/v1/containers")[1]}
    assert found.keys() == {("local", web.name), ("nas", web.name), ("nas", alone.name)}
    assert api("GET", f"/api/v1/containers/nas/{web.name}")[1]["id"] == theirs.cid
    assert api("GET", f"/api/v1/containers/local%2F{web.name}")[1]["id"] == web.cid
    assert api("GET", f"/api/v1/containers/{alone.name}")[1]["engine"] == "nas"
    status, doubt = api("GET", f"/api/v1/containers/{web.name}")
    assert (status, doubt["advice"]) == (404, f"say which: local/{web.name}, nas/{web.name}")
    assert api("GET", "/api/v1/containers/other/web")[0] == 404
    assert api("GET", f"/api/v1/containers/nas/{web.name}/plan")[1]["plan"]
    assert api("GET", f"/api/v1/containers/nas/{web.name}/settings")[0] == 200
    assert api("POST", f"/api/v1/containers/{web.name}/update")[0] == 404

    state, result = api.done(f"/api/v1/containers/nas/{web.name}/update")

    assert (state, result["done"], result["engine"]) == ("done", "updated", "nas")
    assert is_replaced(nas, theirs)
    assert is_untouched(stack, web)
    (row,) = api("GET", f"/api/v1/history?name=nas/{web.name}")[1]
    known = {each["name"]: each["id"] for each in api("GET", "/api/v1/status")[1]["engines"]}
    assert (row["by"], row["engine"]) == ("api", known["nas"])
    assert api("GET", f"/api/v1/history?name=local/{web.name}")[1] == []
    held = api.done(f"/api/v1/containers/nas/{web.name}/hold")[1]["said"]
    assert held.startswith(f"nas/{web.name}: held")
    assert len(api("GET", f"/api/v1/history?name={web.name}")[1]) == 2


def test_what_happens_on_either_is_told_with_its_engine(api: Api, stack: Stack, nas: Stack) -> None:
    web, theirs = labelled(stack), labelled(nas)
    events = told(api)
    next(events)
    move(stack, web)
    move(nas, theirs)

    seen = set[tuple[str, str, str]]()
    wanted = {
        ("stage", "local", web.name), ("stage", "nas", theirs.name),
        ("container", "local", web.name), ("container", "nas", theirs.name),
    }  # fmt: skip
    for _, kind, data in events:
        seen.add((kind, data.get("engine", ""), data.get("update") or data.get("name", "")))
        if wanted <= seen:
            break
    assert wanted <= seen


def test_metrics_tell_the_engines_apart(api: Api, stack: Stack, nas: Stack) -> None:
    web, theirs = labelled(stack), labelled(nas)
    for engine, app in (("local", web), ("nas", theirs)):
        api.wait_for_metric(f'update_available{{container="{app.name}",engine="{engine}"')
    text = api.metrics()

    assert 'ctr_updater_engine_up{engine="local"} 1.0' in text
    assert 'ctr_updater_engine_up{engine="nas"} 1.0' in text
    assert text.count("# TYPE ctr_updater_containers gauge") == 1
    assert 'ctr_updater_updates_total{engine="nas",outcome="updated"} 0.0' in text


def test_one_that_is_gone_keeps_nothing_from_the_other(api: Api, stack: Stack, nas: Stack) -> None:
    web, theirs = labelled(stack), labelled(nas)
    nas.engine.kill()
    api.daemon.wait("engine gone", engine="nas")

    assert [row["name"] for row in api("GET", "/api/v1/containers")[1]] == [web.name]
    found = {each["name"]: each for each in api("GET", "/api/v1/status")[1]["engines"]}
    assert (found["local"]["up"], found["nas"]["up"]) == (True, False)
    assert found["nas"]["why"]
    assert api("GET", f"/api/v1/containers/{web.name}")[0] == 200
    status, said = api("GET", f"/api/v1/containers/nas/{theirs.name}")
    assert (status, said["error"].startswith("nas: ")) == (503, True)
    assert api("GET", f"/api/v1/containers/{theirs.name}")[1]["error"].startswith("cannot tell on which")
    assert 'ctr_updater_engine_up{engine="nas"} 0.0' in api.metrics()
    assert api.curl("curl $URL/readyz") == "200"

    nas.engine.start()
    api.daemon.wait("engine followed", engine="nas")
    assert api("GET", f"/api/v1/containers/nas/{theirs.name}")[0] == 200


def test_one_that_is_frozen_keeps_nothing_from_the_other(api: Api, stack: Stack, nas: Stack) -> None:
    web = labelled(stack)
    labelled(nas)
    os.kill(nas.engine.pid, signal.SIGSTOP)
    try:
        found = api("GET", "/api/v1/containers")[1]
        assert f'container="{web.name}",engine="local"' in api.metrics()
    finally:
        os.kill(nas.engine.pid, signal.SIGCONT)

    assert [row["name"] for row in found] == [web.name]


def test_while_none_is_followed_it_is_not_ready(listen: Callable[..., Api], tmp_path: Path) -> None:
    none = f"unix://{tmp_path}/none.sock"
    api = listen(none, f"{none}2")
    for name in ("local", "nas"):
        api.daemon.wait("engine gone", engine=name)

    wait_until(lambda: api.curl("curl $URL/readyz") == "503", "the listener")
    assert api("GET", "/api/v1/containers")[0] == 503
    assert api("GET", "/api/v1/status")[1]["containers"] is None
    assert api("GET", "/api/v1/history") == (200, [])
    assert "ctr_updater_containers{" not in api.metrics()


def test_a_registrys_webhook_is_for_both(
    api: Api, stack: Stack, nas: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *OPT_IN, *NOTIFY)
    namesake(nas, web, *OPT_IN, *NOTIFY)
    for engine in ("local", "nas"):
        api.daemon.wait("update available", engine=engine, container=web.name)
    (found,) = api("GET", "/api/v1/registries")[1]
    assert found["containers"] == [f"local/{web.name}", f"nas/{web.name}"]
    stack.image(web.image, marker="third")
    stack.engine.docker("push", web.image)
    name, _, tag = web.image.partition("/")[2].rpartition(":")
    where = {"request": {"host": registry.address}, "target": {"repository": name, "tag": tag}}

    answer = api(
        "POST", f"/api/v1/hooks/registry/{SECRET}", {"events": [{"action": "push"} | where]}, token=""
    )

    assert answer == (202, {"asked": [web.image]})
    for engine in ("local", "nas"):
        api.daemon.wait("update available", engine=engine, container=web.name)


def test_what_is_gone_and_was_held_is_released_where_it_was(api: Api, stack: Stack, nas: Stack) -> None:
    web = outdated(stack, *LOCAL, *NOTIFY)
    namesake(nas, web, *LOCAL, *NOTIFY)
    for engine, each in (("local", stack), ("nas", nas)):
        assert api.done(f"/api/v1/containers/{engine}/{web.name}/hold")[0] == "done"
        each.engine.docker("rm", "-f", web.name)
    path = f"/api/v1/containers/{web.name}/release"

    status, unclear = api("POST", path)
    assert (status, unclear["advice"]) == (404, f"say which: local/{web.name}, nas/{web.name}")
    one = api.done(f"/api/v1/containers/nas/{web.name}/release")
    other = api.done(path)

    assert [one[1]["said"], other[1]["said"]] == [f"{each}/{web.name}: released" for each in ("nas", "local")]
    assert api("POST", path)[0] == 404


def test_watchtowers_api_updates_what_it_names_on_whichever_engine(
    api: Api, stack: Stack, nas: Stack
) -> None:
    window = ("--label", "ctr-updater.schedule=0 0 1 1 *")  # the daemon itself leaves it alone
    web = outdated(stack, *LOCAL, *window)
    theirs = namesake(nas, web, *LOCAL, *window)
    nas.image(web.image, marker="new")

    state, result = api.done(f"/v1/update?container=nas/{web.name}")

    assert (state, result) == ("done", {"summary": {"scanned": 1, "updated": 1, "failed": 0}})
    assert is_replaced(nas, theirs)
    assert is_untouched(stack, web)
    cards = {(card["watcher"], card["displayName"]) for card in api("GET", "/api/containers")[1]}
    assert cards == {("local", f"local/{web.name}"), ("nas", f"nas/{web.name}")}
