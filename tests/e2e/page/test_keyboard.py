"""The page without a mouse, and as a screen reader has it."""

from tests.e2e.page.conftest import ACT, Page
from tests.integration.daemon.apps import is_replaced, labelled, move
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")
USED = "a, button, input, select, dialog, section, table, meter, progress"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until that has the focus."""
    for _ in range(60):
        if page.focus() == name:
            return
        page.press("TAB")
    raise AssertionError(f"Tab never comes to {name!r}")


def test_an_update_needs_no_mouse(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)
    page.at()
    page.one("#token")
    page.press(ACT, "ENTER")
    page.row(web.name)

    page.press("/")
    assert page.focus() == "Search"
    page.press(web.name)
    tab_to(page, web.name)
    page.press("TAB")
    assert page.focus() == f"Check {web.name}"
    page.press("ARROW_RIGHT")
    assert page.focus() == f"Update {web.name}"
    page.press("ENTER")
    page.reads("stop it", "dialog")
    assert page.focus() == "What would be done"
    tab_to(page, "Update")
    page.press("ENTER")

    page.reads("done; it runs the other image", "#toasts")
    assert is_replaced(stack, web)


def test_escape_leaves_a_dialog_where_one_was(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in()
    page.row(web.name)
    page.button(f"Hold {web.name}").click()
    page.one("dialog")

    page.press("ESCAPE")

    page.until(lambda: not page.all("dialog"), "the end of the dialog")
    assert page.focus() == f"Hold {web.name}"
    assert page.api("GET", f"/api/v1/containers/{web.name}")[1]["waits"] == []


def test_buttons_of_a_row_are_one_stop(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in()
    page.row(web.name)
    tab_to(page, f"Check {web.name}")

    page.press("ARROW_LEFT")
    assert page.focus() == f"Approve {web.name}"
    page.press("HOME", "END", "ARROW_RIGHT")
    assert page.focus() == f"Check {web.name}"


def test_another_view_takes_the_focus_and_the_beginning_can_be_skipped(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in()
    page.row(web.name)
    tab_to(page, "Skip to the content")
    assert page.one(".skip").is_displayed()

    page.one("nav a[data-view=history]").click()

    page.reads("History", "h1")
    assert page.run("return document.activeElement.id") == "main"
    assert page.one("nav a[aria-current=page]").text == "History"


def test_whatever_can_be_used_has_a_name(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)
    page.log_in()
    page.row(web.name)
    for address in ("?", "?view=history", "?view=registries", "?view=settings", f"?container={web.name}"):
        page.at(address)
        page.until(lambda: "Reading" not in page.text("main"), "the view")
        found = page.all(USED)
        assert found
        assert [each.get_attribute("outerHTML") for each in found if not each.accessible_name] == []


def test_roles_stay_where_rows_become_cards(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.size("phone")
    page.log_in()
    row = page.one(page.row(web.name))

    assert row.value_of_css_property("display") == "grid"
    assert row.aria_role == "row"
    assert page.one("main table").aria_role == "table"
    assert page.one(f"{page.row(web.name)} th").aria_role == "rowheader"
    assert page.run("return document.getElementById('toasts').getAttribute('aria-live')") == "polite"
