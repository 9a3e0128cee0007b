"""What the listener answers beside a daemon, and where it refuses to be."""

import re
from pathlib import Path

import pytest

from tests.integration.daemon.apps import labelled
from tests.integration.outcomes import line_of
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.cli import Commands
from tests.testbed.processes import wait_until
from tests.testbed.stack import Stack

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
READ, WRONG = TOKENS["CTR_UPDATER_READ_TOKEN"], "wrong-token"
CURLS = re.findall(r"^    (curl .*)$", DOCUMENT.read_text(), re.MULTILINE)


def test_what_runs_can_be_read(api: Api, stack: Stack) -> None:
    web = labelled(stack)

    status, found = api("GET", "/api/v1/containers", token=READ)
    one = api("GET", f"/api/v1/containers/{web.name}")[1]

    assert status == 200
    assert one in found
    assert (one["name"], one["id"], one["verdict"], one["engine"]) == (web.name, web.cid, "current", "local")


def test_the_daemon_tells_how_it_is(api: Api, stack: Stack) -> None:
    labelled(stack)

    found = api("GET", "/api/v1/status")[1]

    assert (found["engines"][0]["name"], found["engines"][0]["up"]) == ("local", True)
    assert found["engines"][0]["last_look"]
    assert found["last_pull"] < found["next_pull"]
    assert found["containers"]["current"] >= 1


def test_without_a_token_there_is_only_whether_it_lives(api: Api) -> None:
    for path in ("/livez", "/readyz"):
        assert api.curl(f"curl $URL{path}") == "200"
    assert api("GET", "/api/v1/status", token="")[0] == 401


def test_once_the_engine_is_gone_it_is_not_ready(api: Api, stack: Stack) -> None:
    stack.engine.stop()
    try:
        api.daemon.wait("engine gone")
        assert api.curl("curl $URL/readyz") == "503"
        assert api.curl("curl $URL/livez") == "200"
        assert api("GET", "/api/v1/containers")[0] == 503
        assert api("GET", "/api/v1/status")[1]["engines"][0]["up"] is False
    finally:
        stack.engine.start()


def test_what_is_not_there_is_404_and_get_never_acts(api: Api, stack: Stack) -> None:
    web = labelled(stack)

    assert api("GET", "/api/v1/containers/nobody")[0] == 404
    assert api("GET", f"/api/v1/containers/{web.name}/update")[0] == 405
    assert api("POST", f"/api/v1/containers/{web.name}/update", token=READ)[0] == 403


@pytest.mark.parametrize("last", ["0", "x", "1001"])
def test_a_number_of_rows_that_cannot_be_read_is_refused(api: Api, last: str) -> None:
    status, found = api("GET", f"/api/v1/history?last={last}")

    assert (status, found["advice"]) == (400, "give a number from 1 to 1000")


def until_free(api: Api, line: str, number: str) -> str:
    """Run a line again while the one before it is under way; its HTTP status."""
    seen = ""

    def is_answered() -> bool:
        nonlocal seen
        seen = api.curl(line, ID=number)
        return seen != "409"

    wait_until(is_answered, line)
    return seen


def test_each_line_of_the_documentation_works_and_each_route_has_one(api: Api, stack: Stack) -> None:
    web = labelled(stack)
    number = api("POST", "/api/v1/look")[1]["operation"]
    for line in CURLS:
        expected = "202" if "-X POST" in line else "200"
        assert until_free(api, line.replace("/web", f"/{web.name}"), number) == expected, line
    paths = api("GET", "/api/openapi.json")[1]["paths"]
    told = {re.search(r"\$URL([^ ?\"']*)", line)[1] for line in CURLS}  # type: ignore[index]
    assert told == {
        path.replace("{name}", "web").replace("{id}", "$ID").replace("{secret}", "$SECRET") for path in paths
    } - {"/api/v1/session"}


def test_an_address_that_others_reach_needs_a_token(cli: Commands) -> None:
    refused = cli("watcher", "run", "--listen", "0.0.0.0:1")

    assert line_of(refused, 2).endswith(
        "set CTR_UPDATER_TOKEN or CTR_UPDATER_TOKEN_FILE, or listen on 127.0.0.1"
    )


def test_no_token_is_shown(api: Api) -> None:
    api("GET", "/api/v1/status", token=WRONG)
    assert api.daemon.stop() == 0

    said = str(api.daemon.lines)
    assert not any(token in said for token in (*TOKENS.values(), WRONG))
