"""What the page shows beside containers and history: plans, registries, and what was chosen."""

from collections.abc import Callable

import pytest

from tests.integration.apps import ENABLED, current, published
from tests.integration.daemon.apps import LOCAL, PATIENT, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.daemon.test_beside_watchtower import watchtower
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.badregistry import BadRegistry, Reply, Request
from tests.testbed.ports import free_port
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")


def test_a_plan_is_told_as_text_too(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    path = f"/api/v1/containers/{web.name}/plan"
    nothing = api("GET", path)[1]
    move(stack, web)

    found = api("GET", path)[1]

    assert (nothing["plan"], nothing["text"].startswith(f"{web.name}: ")) == ([], True)
    assert [step["step"] for step in found["plan"]][:2] == ["create", "stop"]
    assert "create its successor" in found["text"]
    assert stack.inspect(web.name)["Id"] == web.cid


def test_what_is_held_is_planned_where_that_is_asked_for(api: Api, stack: Stack) -> None:
    web = labelled(stack)
    path = f"/api/v1/containers/{web.name}"
    assert api.done(f"{path}/hold")[0] == "done"
    move(stack, web)

    assert api("GET", f"{path}/plan")[0] == 409
    assert api("GET", f"{path}/plan?again=true")[1]["plan"]
    assert api("GET", f"{path}/plan?again=perhaps")[0] == 400


def failing(api: Api, stack: Stack) -> str:
    """The name of a container whose update failed."""
    web = labelled(stack, *NOTIFY, *PATIENT)
    move(stack, web, cmd="exit 3")
    assert api.done(f"/api/v1/containers/{web.name}/update")[0] == "failed"
    return web.name


def misspelt(_: Api, stack: Stack) -> str:
    """The name of a container with a label that cannot be read."""
    return labelled(stack, "--label", "ctr-updater.cooldown=soon").name


def untagged(_: Api, stack: Stack) -> str:
    """The name of a container whose tag is not here."""
    web = labelled(stack)
    stack.engine.docker("rmi", "--force", web.image)
    return web.name


@pytest.mark.parametrize("made", [failing, misspelt, untagged])
def test_what_an_update_would_not_begin_for_is_the_answer_in_the_place_of_a_plan(
    api: Api, stack: Stack, made: Callable[[Api, Stack], str]
) -> None:
    status, found = api("GET", f"/api/v1/containers/{made(api, stack)}/plan")

    assert (status, found.keys()) == (409, {"error", "advice"}), found


def test_a_rollback_is_planned(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    path = f"/api/v1/containers/{web.name}"
    assert api("GET", f"{path}/plan?rollback=")[0] == 409
    move(stack, web)
    assert api.done(f"{path}/update")[0] == "done"

    back = api("GET", f"{path}/plan?rollback=")[1]
    (kept,) = api("GET", path)[1]["kept"]
    named = api("GET", f"{path}/plan?rollback={kept['image']}")[1]

    assert "stop" in [step["step"] for step in back["plan"]]
    assert named == back


def test_what_holds_is_told_with_where_it_comes_from(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)

    every = {row["name"]: row for row in api("GET", "/api/v1/settings")[1]}
    status, one = api("GET", f"/api/v1/containers/{web.name}/settings")
    mine = {row["label"]: (row["value"], row["from"]) for row in one["settings"]}

    assert every["listen"]["from"] == "flag"
    assert every["stable-for"] | {"about": ""} == {
        "name": "stable-for",
        "value": "300ms",
        "default": "10s",
        "about": "",
        "variable": "CTR_UPDATER_STABLE_FOR",
        "from": "variable",
    }
    assert every["interval"]["from"] == "default"
    assert not any(token in str(every) for token in TOKENS.values())
    assert (status, mine["ctr-updater.mode"]) == (200, ("notify", "label"))
    assert mine["ctr-updater.stable-for"] == ("300ms", "variable")


def test_labels_that_count_for_nothing_are_told(api: Api, stack: Stack) -> None:
    web = current(stack, *LOCAL, labels={"ctr-updater.mode": "notify"})

    found = api("GET", f"/api/v1/containers/{web.name}/settings")[1]

    assert "ctr-updater.mode=notify" in found["remarks"][0]
    assert api("GET", "/api/v1/containers/nobody/settings")[0] == 404


def test_of_what_a_watchtower_updates_it_is_told_that_the_daemon_only_tells_and_why(
    api: Api, stack: Stack
) -> None:
    web = labelled(stack)
    tower = watchtower(stack, web.name)
    api.daemon.wait("watchtower runs", containers=[web.name])

    found = api("GET", f"/api/v1/containers/{web.name}/settings")[1]

    (mode,) = [row for row in found["settings"] if row["name"] == "mode"]
    assert (mode["value"], mode["from"]) == ("notify", "watchtower")
    (line,) = found["remarks"]
    assert line.startswith(f"the Watchtower {tower} updates it")


def test_a_registry_is_told_with_who_follows_it(api: Api, stack: Stack, registry: PrivateRegistry) -> None:
    web = published(stack, registry, *ENABLED, *NOTIFY)
    labelled(stack, name="local")

    (found,) = api("GET", "/api/v1/registries")[1]

    assert (found["registry"], found["containers"]) == (registry.address, [web.name])
    assert found["tags"] == [web.image]
    assert (found["until"], found["why"], found["limit"]) == (None, "", None)


def test_where_all_are_watched_all_that_follow_a_registry_are_told(
    start: Start, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *NOTIFY)
    out = published(stack, registry, "--label", "ctr-updater.enable=false", name="out")
    port = free_port()
    daemon = start("--watch", "all", "--listen", f"127.0.0.1:{port}", env={**TOKENS}).looked()

    (found,) = Api(daemon, port)("GET", "/api/v1/registries")[1]

    assert found["containers"] == [web.name] != [out.name]


def test_a_limit_and_a_rest_are_told(start: Start, stack: Stack) -> None:
    """A registry that tells its limit, until that is used up."""
    told = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600", "Retry-After": "600"}

    def refuse(_: Request) -> Reply:
        return Reply(429, b"", told)

    with BadRegistry() as bad:
        bad.on("manifests", refuse)
        reference = f"{bad.address}/{stack.name('app:1')}"
        stack.image(reference)
        name = stack.name("web")
        stack.run(reference, *ENABLED, *NOTIFY, name=name)
        port = free_port()
        daemon = start("--listen", f"127.0.0.1:{port}", env={**TOKENS})
        daemon.wait("tag not pulled")

        (found,) = Api(daemon, port)("GET", "/api/v1/registries")[1]

    limit = found["limit"]
    assert (limit["limit"], limit["left"], limit["window_s"], bool(limit["at"])) == (100, 0, 21600, True)
    assert found["until"]
    assert "429" in found["why"]
