"""Services of a Swarm on the page: among the containers, with the same buttons."""

from collections.abc import Iterator

import pytest

from tests.e2e.page.conftest import Page, listening
from tests.integration.swarm.conftest import Services, manager, services
from tests.integration.web.conftest import Api
from tests.testbed.swarm import Node

__all__ = ["manager", "services"]


@pytest.fixture
def api(manager: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with listening(manager, tmp_path_factory.mktemp("page"), "--interval", "1h") as made:
        yield made


def test_a_service_is_updated_and_brought_back(page: Page, services: Services) -> None:
    old = services.push("one")
    name = services.create("--label", "ctr-updater.mode=notify")
    called = f"service/{name}"
    page.log_in()
    page.reads("Up to date", page.row(called))
    page.reads("1 service", ".count")
    new = services.push("two")
    page.click(f"Check {called}")
    page.reads("Has an update; its mode is notify", page.row(called))

    page.one(f"{page.row(called)} a.name").click()
    page.reads("the swarm rolls it out", "section[aria-label='What an update would do']")
    page.reads("ctr-updater.mode", "section[aria-label='Labels that count']")
    page.click(f"Update {called}")
    page.reads("the swarm rolls it out", "dialog")
    page.click("Update", "dialog")
    page.reads("It ended: updated", "section[aria-label='Under way']")
    assert services.digest(name) == new

    page.reads("as long as its registry has it", "section[aria-label='Earlier images']")
    page.click("Roll back to this")
    page.reads(old.removeprefix("sha256:")[:12], "dialog label.choice")
    page.reads("goes back to", "dialog")
    page.click("Roll back", "dialog")
    page.until(lambda: services.digest(name) == old, "the image before")
    page.reads("Is held", ".lead")
