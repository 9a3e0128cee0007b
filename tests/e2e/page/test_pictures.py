"""The page as it looks: a household's containers of every kind; docs/page.md shows its pictures."""

from pathlib import Path

import pytest

from tests.e2e.page import scene
from tests.e2e.page.conftest import Page
from tests.testbed.stack import Stack

_GROUPS = {"current": "7", "waiting": "4", "held": "1", "failed": "1", "unknown": "1"}


def settle(page: Page, stack: Stack) -> None:
    """Have all of them run, and be what they are to be seen as."""
    for each in (*scene.SERVICES, scene.SLOW, scene.ASKED):
        each.run(stack)
    held, why = scene.HELD
    assert page.api.done(f"/api/v1/containers/{held}/hold", {"for": "7d", "why": why})[0] == "done"
    for each in (*scene.SERVICES, scene.SLOW):
        if len(each.versions) > 1:
            each.load(stack, each.versions[-1])


def test_a_household_is_seen_at_a_glance(page: Page, stack: Stack, pytestconfig: pytest.Config) -> None:
    folder: str | None = pytestconfig.getoption("--pictures")

    def picture(name: str) -> None:
        if folder:
            page.rest()
            Path(folder, f"{name}.png").write_bytes(page.picture())

    settle(page, stack)
    page.log_in()
    for name in scene.UPDATED:
        page.reads("just now", f"{page.row(name)} .last")
    page.reads("Failed with 1.126.1, and is not tried again: it ended with exit code 3", page.row("immich"))
    page.reads("Not known", page.row("gitea"))
    page.until(lambda: counted(page) == _GROUPS, "the tiles")
    picture("containers")
    page.size("laptop", "dark")
    picture("containers-dark")
    page.size("phone")
    picture("phone")

    page.size("laptop", "dark")
    page.click("Approve authelia")
    page.reads("remove the old container", "dialog")
    picture("approve")
    page.press("ESCAPE")

    page.size("laptop")
    page.at(f"?container={scene.SLOW.name}")
    page.reads("What an update would do")
    page.click(f"Update {scene.SLOW.name}")
    page.reads("remove the old container", "dialog")
    page.click("Update", "dialog")
    page.reads(" of 6", ".stages [aria-current=step]")
    picture("container")
    page.reads("It ended: updated", "section[aria-label='Under way']")


def counted(page: Page) -> dict[str, str]:
    """What the tiles say."""
    return {each: page.text(f".tile[data-group={each}] .number") for each in _GROUPS}
