"""What the API has done: begun at once, and ended as the command would."""

from tests.integration.daemon.apps import PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.web.conftest import Api
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")


def test_a_container_is_updated_and_the_history_says_by_whom(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)

    state, result = api.done(f"/api/v1/containers/{web.name}/update")

    assert (state, result["done"], result["verdict"]) == ("done", "updated", "current")
    assert is_replaced(stack, web)
    (row,) = api("GET", f"/api/v1/history?name={web.name}")[1]
    assert (row["by"], row["outcome"]) == ("api", "updated")


def test_an_update_that_was_rolled_back_has_failed(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY, *PATIENT)
    move(stack, web, cmd="exit 3")

    state, result = api.done(f"/api/v1/containers/{web.name}/update")

    assert (state, result["code"]) == ("failed", 6)
    assert is_untouched(stack, web)


def test_a_container_goes_back_to_the_image_that_it_ran_before(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)
    path = f"/api/v1/containers/{web.name}"
    assert api.done(f"{path}/update")[0] == "done"

    state, result = api.done(f"{path}/rollback")

    assert (state, result["done"], result["running"]) == ("done", "updated", web.old)
    assert api("GET", f"/api/v1/history?name={web.name}")[1][0]["kind"] == "rollback"


def test_one_beside_what_was_set_aside_for_a_person_is_updated(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    stack.create(web.image, name=f"{web.name}.ctr-updater-old-r-{'0' * 12}")
    move(stack, web)

    state, result = api.done(f"/api/v1/containers/{web.name}/update")

    assert (state, result["done"]) == ("done", "updated")


def test_a_second_update_meanwhile_is_refused(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY, "--label", "ctr-updater.stable-for=1h")
    move(stack, web)
    api("POST", f"/api/v1/containers/{web.name}/update")
    path = f"/api/v1/containers/{web.name}"
    wait_until(lambda: api("GET", path)[1]["state"] == "updating", "the update")

    assert api("POST", f"{path}/update")[0] == 409
    assert api.daemon.stop() == 0
    assert is_untouched(stack, web)


def test_what_is_held_stays_until_it_is_released(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    path = f"/api/v1/containers/{web.name}"
    move(stack, web)

    held = api.done(f"{path}/hold", {"for": "7d", "why": "the fair"})
    refused = api.done(f"{path}/update")
    released = api.done(f"{path}/release")

    assert held[0] == released[0] == "done"
    assert held[1]["said"].endswith("the fair")
    assert (refused[0], refused[1]["code"]) == ("failed", 7)
    assert released[1]["said"] == f"{web.name}: released"
    assert is_untouched(stack, web)


def test_what_a_hold_cannot_mean_is_refused(api: Api, stack: Stack) -> None:
    path = f"/api/v1/containers/{labelled(stack).name}/hold"

    for length in ("soon", "0", "0s", "0h", ""):
        assert api("POST", path, {"for": length})[0] == 400, length
    assert api("POST", path, {"for": "7d", "this_image": True})[0] == 400
    assert api("POST", path, {"hwy": "x"})[0] == 400


def test_what_waits_for_a_person_goes_ahead_once_it_is_approved(api: Api, stack: Stack) -> None:
    web = labelled(stack, "--label", "ctr-updater.mode=approve")
    path = f"/api/v1/containers/{web.name}"
    move(stack, web)
    api.daemon.wait("update waits for approval", container=web.name)
    assert [each["for"] for each in api("GET", path)[1]["waits"]] == ["approval"]
    assert is_untouched(stack, web)

    state, result = api.done(f"{path}/approve")
    api.daemon.wait("container updated", container=web.name)

    assert (state, result["said"].startswith(f"{web.name}: approved")) == ("done", True)
    assert is_replaced(stack, web)
    rows = api("GET", f"/api/v1/history?name={web.name}")[1]
    assert {(row["kind"], row["by"]) for row in rows} == {("approve", "api"), ("update", "daemon")}


def test_what_a_person_holds_and_releases_is_in_the_history_as_the_apis(api: Api, stack: Stack) -> None:
    web = labelled(stack)
    path = f"/api/v1/containers/{web.name}"

    held = api.done(f"{path}/hold", {"this_image": True, "why": "the\ud800 fair"})
    assert (held[0], held[1]["said"].endswith(": the\ufffd fair")) == ("done", True)
    move(stack, web)
    assert api.done(f"{path}/release")[0] == "done"
    api.daemon.wait("container updated", container=web.name)

    rows = api("GET", f"/api/v1/history?name={web.name}")[1]
    assert {(row["kind"], row["by"]) for row in rows} >= {("hold", "api"), ("release", "api")}


def test_a_rollback_that_there_is_no_image_for_is_refused_and_nothing_is_lost(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)

    state, result = api.done(f"/api/v1/containers/{web.name}/rollback")

    assert (state, result["code"]) == ("failed", 7)
    assert is_untouched(stack, web)


def test_what_has_nothing_to_approve_fails_with_advice(api: Api, stack: Stack) -> None:
    state, result = api.done(f"/api/v1/containers/{labelled(stack).name}/approve")

    assert (state, result["code"], bool(result["advice"])) == ("failed", 7, True)


def test_an_operation_that_nobody_began_is_404(api: Api) -> None:
    assert api("GET", "/api/v1/operations/ffff")[0] == 404
