"""What a person sees of the page: the way in, all containers, one of them, and what else there is to read."""

import pytest

from tests.e2e.page.conftest import ACT, READ, Page
from tests.integration.daemon.apps import labelled, move
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")
VIEWS = ("?", "?view=history", "?view=registries", "?view=settings")


def test_a_token_lets_in_and_leaves_no_trace(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in()

    page.reads("Up to date", page.row(web.name))
    assert page.driver.title == "Containers · ctr-updater"
    assert ACT not in page.driver.page_source + page.driver.current_url
    assert page.run("return document.cookie + JSON.stringify(localStorage)") == "{}"
    page.click("Log out")
    assert page.one("#token")


def test_a_wrong_token_does_not_let_in(page: Page) -> None:
    page.at()
    page.one("#token").send_keys("wrong")
    page.click("Log in")

    page.reads("this token is none of ours", "#trouble")
    assert [line for line in page.messages() if "401" not in line] == []


def test_who_may_only_read_has_no_buttons(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in(READ)
    page.reads("Up to date", page.row(web.name))
    assert page.all("tbody button, [role=toolbar]") == []
    assert "Look now" not in page.text()

    page.one(f"{page.row(web.name)} a.name").click()
    page.reads("Labels that count")
    assert page.all("main button") == []


def test_tiles_count_and_filter_and_the_address_keeps_it(page: Page, stack: Stack) -> None:
    web, other, held = (labelled(stack, *NOTIFY, name=name) for name in ("web", "other", "held"))
    assert page.api.done(f"/api/v1/containers/{held.name}/hold")[0] == "done"
    move(stack, web)
    page.log_in()
    page.reads("Has an update; its mode is notify", page.row(web.name))
    page.reads("Is held", page.row(held.name))
    assert [page.text(f".tile[data-group={each}] .number") for each in ("current", "waiting", "held")] == [
        "1"
    ] * 3

    page.one(".tile[data-group=waiting]").click()
    page.until(lambda: page.rows() == [web.name], "the one that waits")
    assert page.text(".count") == "1 of 3"
    page.driver.refresh()
    page.until(lambda: page.rows() == [web.name], "the same after a reload")
    page.one(".tile[data-group=held]").click()
    page.one("#search").send_keys(held.name.upper())
    page.until(lambda: page.rows() == [held.name], "the one of that name")
    assert page.driver.current_url.endswith(f"?q={held.name.upper()}&state=waiting%2Cheld")
    page.click("Clear filters")
    page.until(lambda: sorted(page.rows()) == sorted([web.name, other.name, held.name]), "all of them")


def test_what_needs_a_person_can_come_first(page: Page, stack: Stack) -> None:
    first, last = labelled(stack, name="a"), labelled(stack, *NOTIFY, name="z")
    move(stack, last)
    page.log_in()
    page.reads("Has an update", page.row(last.name))
    assert page.rows() == [first.name, last.name]

    page.one("#sort").send_keys("Attention")

    page.until(lambda: page.rows() == [last.name, first.name], "the other order")


def test_what_comes_and_goes_is_seen_without_a_reload(page: Page, stack: Stack) -> None:
    page.log_in()
    page.reads("No container is followed yet")

    web = labelled(stack)
    page.reads("Up to date", page.row(web.name))
    stack.engine.docker("rm", "-f", web.name)

    page.reads("No container is followed yet")


def test_one_container_is_shown_with_what_an_update_would_do(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY, "--label", "ctr-updater.cooldown=0")
    move(stack, web)
    page.log_in(address=f"?container={web.name}")

    page.reads("Has an update; its mode is notify", ".lead")
    page.reads("create its successor", "section[aria-label='What an update would do']")
    page.reads(web.image, "section[aria-label=About]")
    labels = page.text("section[aria-label='Labels that count']")
    assert "ctr-updater.mode\tnotify\tits label" in labels
    assert "ctr-updater.stable-for\t300ms\ta variable" in labels
    assert page.driver.title == f"{web.name} · ctr-updater"


def test_a_container_that_is_not_there_is_said_to_be_gone(page: Page) -> None:
    page.log_in(address="?container=nobody")

    page.reads("nobody is not followed, or gone.")
    assert [line for line in page.messages() if "404" not in line] == []


@pytest.mark.parametrize("address", VIEWS)
def test_each_view_opens_by_its_address(page: Page, address: str) -> None:
    page.log_in(address=address)
    page.until(lambda: "Reading" not in page.text("main"), "the view")

    here = page.one("nav a[aria-current=page]").text
    assert page.driver.title.startswith(here)
    assert page.text("h1")


def test_settings_are_told_with_where_they_come_from(page: Page) -> None:
    page.log_in(address="?view=settings")

    page.reads("stable-for\t300ms\ta variable", "main")
    page.reads(f"listen\t{page.url.removeprefix('http://')}\ta flag", "main")
    page.reads("CTR_UPDATER_TOKEN\t(set, and not shown)", "main")
    assert ACT not in page.driver.page_source


@pytest.mark.parametrize("size", ["phone", "laptop", "4k"])
def test_nothing_is_wider_than_the_screen(page: Page, stack: Stack, size: str) -> None:
    web = labelled(stack, *NOTIFY, "--label", "ctr-updater.schedule=0 4 * * *", name=f"web-{'x' * 60}")
    page.size(size)
    page.log_in()
    page.row(web.name)
    for address in (*VIEWS, f"?container={web.name}"):
        page.at(address)
        page.until(lambda: "Reading" not in page.text("main"), "the view")
        width, screen = page.run("return [document.documentElement.scrollWidth, innerWidth]")
        assert width <= screen, address
