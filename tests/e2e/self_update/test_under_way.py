"""While an updater's own update is under way nothing else begins, whoever asks for it."""

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from tests.e2e.self_update.conftest import Updater
from tests.e2e.self_update.handed_over import HOOKS, HandedOver

pytestmark = pytest.mark.matrix  # each takes its half a minute; `make test-self-update` runs them all

Settled = Callable[[], None]


def post(port: int, path: str) -> int:
    """POST to its listener, and return the status."""
    url, headers = f"http://127.0.0.1:{port}/api/v1/{path}", {"Authorization": "Bearer sesame"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="POST", headers=headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_neither_the_api_nor_a_command_begins_another_and_the_successor_does(
    updater: Updater, settled: Settled, free_port: Callable[[], int]
) -> None:
    stack, port = updater.stack, free_port()
    web, tag = stack.name("web"), stack.name("web:1")
    listens = ("-e", f"CTR_UPDATER_LISTEN=127.0.0.1:{port}", "-e", "CTR_UPDATER_TOKEN=sesame")
    updater.run("--network", "host", *listens, *HOOKS)
    settled()
    stack.image(tag)
    quick = ("--label", "ctr-updater.source=local", "--label", "ctr-updater.stable-for=300ms")
    old = stack.run(tag, "--label", "ctr-updater.enable=true", *quick, name=web)

    updater.move("second")
    handed = HandedOver(updater)
    handed.wait()
    target = stack.image(tag, marker="second")
    said = updater.inside("watcher", "update", web, check=False)

    assert f"{web} is not updated now: the updater's own update is under way" in said
    assert [post(port, f"containers/{web}/{verb}") for verb in ("update", "rollback")] == [409, 409]
    assert stack.inspect(web)["Id"] == old
    handed.go_on()
    stack.wait_for(web, lambda found: found["Image"] == target, timeout=120)
