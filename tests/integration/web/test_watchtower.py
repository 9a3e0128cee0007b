"""Watchtower's API and WUD's, as scripts and cards ask them; each line of the document."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.apps import published
from tests.integration.daemon.apps import OPT_IN, PATIENT, is_replaced, is_untouched, labelled, move
from tests.integration.daemon.conftest import Start
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

DOCUMENT = Path(__file__).parents[3] / "docs" / "widgets.md"
READ = TOKENS["CTR_UPDATER_READ_TOKEN"]
CURLS = re.findall(r"^    (curl .*)$", DOCUMENT.read_text(), re.MULTILINE)
APPROVE = ("--label", "ctr-updater.mode=approve")
NIGHT = ("--label", "ctr-updater.schedule=0 0 1 1 *")  # the daemon itself leaves it alone


@pytest.fixture
def api(start: Start, free_port: Callable[[], int]) -> Api:
    port = free_port()
    return Api(start("--watchtower", "--listen", f"127.0.0.1:{port}", env={**TOKENS}).looked(), port)


def test_what_the_query_names_is_updated_and_nothing_else(api: Api, stack: Stack) -> None:
    web, db, other = (labelled(stack, *NIGHT, name=name) for name in ("web", "db", "other"))
    for app in (web, db, other):
        move(stack, app)

    repository = db.image.rpartition(":")[0]
    state, result = api.done(f"/v1/update?container={web.name}&image=nothing/such,{repository}")

    assert (state, result) == ("done", {"summary": {"scanned": 2, "updated": 2, "failed": 0}})
    assert is_replaced(stack, web)
    assert is_replaced(stack, db)
    assert is_untouched(stack, other)
    assert api("GET", f"/api/v1/history?name={web.name}")[1][0]["by"] == "api"


def test_without_a_query_all_are_updated_but_those_of_which_one_is_only_told(api: Api, stack: Stack) -> None:
    web, bad = labelled(stack, *NIGHT), labelled(stack, *NIGHT, *PATIENT, name="bad")
    told = labelled(stack, "--label", "ctr-updater.mode=notify", name="told")
    asked, approved = (labelled(stack, *NIGHT, *APPROVE, name=name) for name in ("asked", "approved"))
    for app in (web, told, asked, approved):
        move(stack, app)
    assert api.done(f"/api/v1/containers/{approved.name}/approve")[0] == "done"
    move(stack, bad, cmd="exit 3")

    state, result = api.done("/v1/update")

    assert (state, result) == ("done", {"summary": {"scanned": 3, "updated": 2, "failed": 1}})
    assert is_replaced(stack, web)
    assert is_replaced(stack, approved)
    for app in (told, asked, bad):
        assert is_untouched(stack, app)


def test_who_names_one_that_waits_for_approval_has_approved_it(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NIGHT, *APPROVE)
    move(stack, web)

    state, result = api.done(f"/v1/update?container={web.name}")

    assert (state, result) == ("done", {"summary": {"scanned": 1, "updated": 1, "failed": 0}})
    assert is_replaced(stack, web)


def test_without_a_query_no_tag_is_pulled_for_what_wants_approval(
    api: Api, stack: Stack, registry: PrivateRegistry
) -> None:
    web = published(stack, registry, *OPT_IN, *NIGHT, *APPROVE)

    state, result = api.done("/v1/update")

    assert (state, result) == ("done", {"summary": {"scanned": 0, "updated": 0, "failed": 0}})
    assert is_untouched(stack, web)


def test_a_get_never_acts_and_a_reader_may_not(api: Api, stack: Stack) -> None:
    web = labelled(stack, *NIGHT)
    move(stack, web)

    assert api("GET", "/v1/update")[0] == 405
    assert api("POST", "/v1/update", token=READ)[0] == 403
    assert is_untouched(stack, web)


def test_cards_read_what_there_is(api: Api, stack: Stack) -> None:
    web, other = labelled(stack, *NIGHT), labelled(stack, name="other")
    move(stack, web)

    found = api("GET", "/api/containers", token=READ)[1]

    assert {(each["name"], each["updateAvailable"]) for each in found} == {
        (web.name, True), (other.name, False),
    }  # fmt: skip
    assert api("GET", "/api/app", token=READ)[1]["name"] == "ctr-updater"


def test_a_token_is_a_password_for_cards_alone(api: Api) -> None:
    for password, status in (("read-token", "200"), ("act-token", "200"), ("wrong", "401")):
        assert api.curl(f"curl -u any:{password} $URL/api/containers") == status
    assert api.curl("curl -u any:read-token $URL/api/v1/containers") == "401"
    assert api.curl("curl -u any:act-token -X POST $URL/v1/update") in ("401", "403")
    assert api.curl("curl -H 'Authorization: Basic !' $URL/api/containers") == "401"
    assert api.curl("curl $URL/api/containers") == "401"


def test_each_line_of_the_document_works_and_names_the_routes(api: Api) -> None:
    for line in CURLS:
        assert api.curl(line) == ("202" if "-X POST" in line else "200"), line
    told = {re.search(r"\$URL([^ ?\"]*)", line)[1] for line in CURLS}  # type: ignore[index]
    every = {*api("GET", "/api/openapi.json")[1]["paths"]}
    assert told == {path for path in every if not path.startswith(("/api/v1/", "/api/openapi"))} - {
        "/livez", "/readyz", "/metrics",
    }  # fmt: skip


def test_without_the_setting_there_is_none_of_it(start: Start, free_port: Callable[[], int]) -> None:
    port = free_port()
    api = Api(start("--listen", f"127.0.0.1:{port}", env={**TOKENS}).looked(), port)

    assert [
        api.curl(f"curl -H 'Authorization: Bearer act-token' $URL{path}")
        for path in ("/api/app", "/v1/metrics")
    ] == [
        "404",
        "404",
    ]
    assert api("POST", "/v1/update")[0] == 404
