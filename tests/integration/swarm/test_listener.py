"""Services in the API and the metrics, and their updates by it: as containers, but called `service/NAME`."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.integration.swarm.conftest import Services
from tests.integration.swarm.test_daemon import Start, start
from tests.integration.web.conftest import SECRET, TOKENS, Api
from tests.integration.web.test_events import told
from tests.testbed.processes import wait_until

__all__ = ["start"]

NOTIFY = ("--label", "ctr-updater.mode=notify")


@pytest.fixture
def listen(start: Start, free_port: Callable[[], int]) -> Callable[[], Api]:
    """A function that starts a daemon with a listener."""

    def begin() -> Api:
        port, environ = free_port(), TOKENS | {"CTR_UPDATER_HOOK_SECRET": SECRET}
        return Api(start("--interval", "1h", "--listen", f"127.0.0.1:{port}", **environ).looked(), port)

    return begin


def asked(services: Services) -> int:
    """How often the registry was asked for a manifest of this test's."""
    path = f"/v2/{services.tag().partition('/')[2].rpartition(':')[0]}/manifests/"
    return sum(each.path.startswith(path) and each.method != "PUT" for each in services.registry.requests())


def test_services_are_read_as_containers_are_and_no_registry_is_asked_for_it(
    services: Services, listen: Callable[[], Api]
) -> None:
    services.push("one")
    name = services.create(*NOTIFY)
    api, path = listen(), f"/api/v1/containers/service/{name}"
    wait_until(lambda: api("GET", path)[1]["verdict"] == "current", "its first judgement")
    before = asked(services)

    status, one = api("GET", path)
    listed = api("GET", "/api/v1/containers")[1]

    assert (status, one["name"], one["kind"], one["mode"], one["state"]) == (
        200, name, "service", "notify", "1/1",
    )  # fmt: skip
    assert one in listed
    assert api("GET", f"/api/v1/containers/{name}")[1] == one
    assert api("GET", "/api/v1/status")[1]["containers"]["current"] == 1
    settings = {row["label"]: row["value"] for row in api("GET", f"{path}/settings")[1]["settings"]}
    assert settings["ctr-updater.mode"] == "notify"
    (registry,) = api("GET", "/api/v1/registries")[1]
    assert (registry["containers"], registry["tags"]) == ([f"service/{name}"], [services.tag()])
    assert f'update_available{{container="service/{name}",engine="local"' in api.metrics()
    assert api("GET", f"{path}/plan")[1]["plan"] == []
    assert api("GET", "/api/v1/containers/service/nobody")[0] == 404
    assert asked(services) == before


def test_services_are_held_updated_and_brought_back(services: Services, listen: Callable[[], Api]) -> None:
    old = services.push("one")
    name = services.create(*NOTIFY, "--label", "ctr-updater.release-url=https://example.org/new")
    api, path = listen(), f"/api/v1/containers/service/{name}"
    new = services.push("two")
    checked = api.done(f"{path}/check")[1]
    assert (checked["target"], checked["link"]) == (new, "https://example.org/new")
    assert api("GET", path)[1]["verdict"] == "outdated"
    plan = api("GET", f"{path}/plan")[1]
    assert (plan["plan"], plan["text"]) == ([], f"service/{name}: {plan['notes'][0]}")
    assert "the swarm rolls it out" in plan["text"]

    assert api.done(f"{path}/hold", {"why": "the fair"})[1]["said"].endswith("the fair")
    assert [wait["for"] for wait in api("GET", path)[1]["waits"]] == ["hold"]
    assert api.done(f"{path}/update")[1]["code"] == 7
    assert api.done(f"{path}/release")[1]["said"] == f"service/{name}: released"
    events = told(api)
    next(events)
    state, result = api.done(f"{path}/update")

    assert (state, result["done"], result["running"], result["kind"]) == ("done", "updated", new, "service")
    assert services.digest(name) == new
    seen = next(data for _, kind, data in events if kind == "stage")
    assert (seen["update"], seen["engine"]) == (f"service/{name}", "local")
    row = next(data for _, kind, data in events if kind == "attempt")
    assert (row["name"], row["kind"], row["by"]) == (f"service/{name}", "service", "api")
    told_of = (data for _, kind, data in events if kind == "container")
    news = next(data for data in told_of if data["state"] != "updating")
    assert (news["name"], news["kind"], news["verdict"]) == (name, "service", "current")
    (kept,) = api("GET", path)[1]["kept"]
    assert (kept["image"], kept["version"], kept["until"]) == (old, None, None)
    assert datetime.fromisoformat(kept["since"]) <= datetime.now(UTC)
    assert api.done(f"{path}/rollback", {"to": kept["image"]})[0] == "done"
    assert services.digest(name) == old
    rows = api("GET", f"/api/v1/history?name=service/{name}")[1]
    ended = [(row["kind"], row["outcome"], row["by"]) for row in rows if row["outcome"]]
    assert ended == [
        ("rollback", "updated", "api"),
        ("service", "updated", "api"),
        ("service", "refused", "api"),
    ]
    assert {row["name"] for row in rows} == {f"service/{name}"}
    assert rows[0]["link"] == "https://example.org/new"
    assert api("GET", f"/api/v1/history?name={name}")[1] == rows


def test_a_service_that_waits_for_a_person_is_approved(services: Services, listen: Callable[[], Api]) -> None:
    services.push("one")
    name = services.create("--label", "ctr-updater.mode=approve")
    new = services.push("two")
    api, path = listen(), f"/api/v1/containers/service/{name}"
    api.daemon.wait("update waits for approval", container=f"service/{name}")

    state, result = api.done(f"{path}/approve")

    assert (state, result["said"].startswith(f"service/{name}: approved")) == ("done", True)
    api.daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == new


def test_a_service_that_comes_or_goes_is_told(services: Services, listen: Callable[[], Api]) -> None:
    api = listen()
    events = told(api)
    next(events)

    services.push("one")
    name = services.create(*NOTIFY)
    come = next(data for _, _, data in events if data.get("name") == name)
    services.clean()
    gone = next(data for _, _, data in events if "error" in data)

    assert (come["kind"], come["engine"]) == ("service", "local")
    assert (gone["name"], gone["kind"], gone["code"]) == (name, "service", 3)


def test_a_registrys_webhook_has_a_service_looked_at(services: Services, listen: Callable[[], Api]) -> None:
    services.push("one")
    name = services.create()
    api = listen()
    wait_until(
        lambda: api("GET", f"/api/v1/containers/service/{name}")[1]["verdict"] == "current",
        "its first judgement",
    )
    new = services.push("two")
    host, _, path = services.tag().partition("/")
    repository, _, tag = path.rpartition(":")
    event = {
        "action": "push",
        "request": {"host": host},
        "target": {"repository": repository, "tag": tag},
    }

    answer = api("POST", f"/api/v1/hooks/registry/{SECRET}", {"events": [event]}, token="")

    assert answer == (202, {"asked": [services.tag()]})
    api.daemon.wait("container updated", container=f"service/{name}")
    assert services.digest(name) == new
    assert [row["by"] for row in api("GET", f"/api/v1/history?name={name}")[1]] == ["hook"]
