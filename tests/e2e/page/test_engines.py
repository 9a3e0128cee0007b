"""The page of two engines: each name says of which it is, and each engine how it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.page import scene
from tests.e2e.page.conftest import Page, listening
from tests.integration.apps import namesake, outdated
from tests.integration.conftest import nas, other_engine
from tests.integration.daemon.apps import LOCAL, is_replaced, is_untouched, labelled
from tests.integration.fleets import engines
from tests.integration.web.conftest import Api
from tests.testbed.stack import Stack

__all__ = ["nas", "other_engine"]

LOCAL_SERVICES = ("adguard", "postgres", "traefik")
NAS_SERVICES = ("home-assistant", "jellyfin", "paperless", "postgres", "vaultwarden")
NOTIFY = ("--label", "ctr-updater.mode=notify")


@pytest.fixture
def api(stack: Stack, nas: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    both = engines(stack.engine, nas.engine)
    with listening(stack.engine, tmp_path_factory.mktemp("page"), **both) as made:
        for name in ("local", "nas"):
            made.daemon.wait("engine followed", engine=name)
        yield made


def household(names: tuple[str, ...], stack: Stack) -> None:
    """Have containers of the pictures run there; the mode of one of them is notify, and its tag moves."""
    for each in scene.SERVICES:
        if each.name in names:
            each.run(stack)
            if each.name == "paperless":
                each.load(stack, each.versions[-1])


def test_each_of_two_namesakes_is_seen_and_updated_by_itself(page: Page, stack: Stack, nas: Stack) -> None:
    web = outdated(stack, *LOCAL, *NOTIFY)
    theirs = namesake(nas, web, *LOCAL, *NOTIFY)
    alone = labelled(nas, name="db")
    nas.image(web.image, marker="new")
    page.log_in()
    named = f"nas/{web.name}"
    for name in (f"local/{web.name}", named):
        page.reads("Has an update; its mode is notify", page.row(name))
    page.reads("Up to date", page.row(f"nas/{alone.name}"))
    page.reads("2 followed", ".engines li:nth-child(2)")

    page.click(f"Update {named}")
    page.reads("remove the old container", "dialog")
    page.click("Update", "dialog")
    page.reads("Up to date", page.row(named))

    assert is_replaced(nas, theirs)
    assert is_untouched(stack, web)
    page.one(f"{page.row(named)} a.name").click()
    page.reads("updated", "section[aria-label=History]")
    page.reads("nas", "section[aria-label=About]")
    page.at("?view=history")
    page.until(lambda: page.rows() == [named], "its row in the history")


def test_an_engine_that_is_gone_is_said_to_be_and_the_other_stays(
    page: Page, stack: Stack, nas: Stack, pytestconfig: pytest.Config
) -> None:
    folder: str | None = pytestconfig.getoption("--pictures")
    for each in (LOCAL_SERVICES, stack), (NAS_SERVICES, nas):
        household(*each)
    page.log_in()
    page.reads("Has an update; its mode is notify", page.row("nas/paperless"))
    page.reads("5 followed", ".engines li:nth-child(2)")
    for picture, size in ("engines", ("laptop", "light")), ("engines-phone", ("phone", "dark")):
        page.size(*size)
        if folder:
            page.rest()
            Path(folder, f"{picture}.png").write_bytes(page.picture())
    page.size("laptop")

    nas.engine.kill()
    page.api.daemon.wait("engine gone", engine="nas")
    page.driver.refresh()

    page.reads("nas is gone; the daemon waits for it.", "[role=alert]")
    page.reads("gone: ", ".engines")
    page.size("phone")
    assert page.run("return document.documentElement.scrollWidth <= 360")
    assert page.one(".engines li:nth-child(2) a").size["height"] < 30, "the name is broken"
    page.size("laptop")
    page.until(
        lambda: {*page.rows()} == {f"local/{each}" for each in LOCAL_SERVICES}, "what the other one has"
    )
    page.one(".engines a[href='?q=nas%2F']").click()
    page.reads("No container fits.")
