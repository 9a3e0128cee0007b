"""What a person does on the page: each is asked before, shown as it goes on, and told at its end."""

from tests.e2e.page.conftest import Page
from tests.integration.apps import published
from tests.integration.daemon.apps import OPT_IN, is_replaced, is_untouched, labelled, move
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")
SLOW = ("--label", "ctr-updater.stable-for=3s")


def test_an_update_is_asked_for_and_its_stages_are_seen(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY, *SLOW)
    move(stack, web)
    page.log_in(address=f"?container={web.name}")

    page.click(f"Update {web.name}")
    page.reads("stop it", "dialog")
    assert is_untouched(stack, web)
    page.click("Update", "dialog")

    page.reads("Is being updated: proving", ".lead")
    page.reads("creating its successor", ".stages")
    page.reads(" of 3", ".stages [aria-current=step]")
    page.reads("updating", "section[aria-label=About]")
    assert "Why not now" not in page.text("section[aria-label=About]")
    assert page.button(f"Update {web.name}").get_attribute("aria-disabled") == "true"
    page.reads("It ended: updated", "section[aria-label='Under way']")
    page.reads("done; it runs the other image", "#toasts")
    page.reads("updated", "section[aria-label=History] tbody")
    page.reads("Up to date", ".lead")
    assert is_replaced(stack, web)
    assert page.api("GET", f"/api/v1/history?name={web.name}")[1][0]["by"] == "api"


def test_an_update_is_seen_in_the_list_while_the_row_stays(page: Page, stack: Stack) -> None:
    web = labelled(stack, *SLOW)
    page.log_in()
    row = page.row(web.name)
    page.reads("Up to date", row)
    element = page.one(row)

    move(stack, web)

    page.reads("Is being updated: proving", row)
    page.reads("Up to date", row)
    page.reads("just now", f"{row} .last")
    assert page.one(row) == element


def test_an_update_that_fails_is_told_with_its_reason(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web, cmd="exit 3")
    page.log_in()
    page.row(web.name)

    page.click(f"Update {web.name}")
    page.reads("prove the successor", "dialog")
    page.click("Update", "dialog")

    page.reads("it ended with exit code 3", "#toasts .bad")
    page.reads("Failed, and is not tried again: it ended with exit code 3", page.row(web.name))
    assert page.text(".tile[data-group=failed] .number") == "1"
    assert page.button(f"Update all the same {web.name}")
    assert is_untouched(stack, web)


def test_a_container_goes_back_to_a_kept_image(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)
    assert page.api.done(f"/api/v1/containers/{web.name}/update")[0] == "done"
    page.log_in(address=f"?container={web.name}")

    page.click("Roll back to this")
    page.reads("goes back to", "dialog")
    page.click("Roll back", "dialog")

    page.reads("went back", "section[aria-label=History] tbody")
    page.reads("Is held: rolled back by a person", ".lead")
    assert stack.inspect(web.name)["Image"] == web.old


def test_a_container_is_held_and_released(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    page.log_in()
    row = page.row(web.name)

    page.click(f"Hold {web.name}")
    page.one("#hold-for").send_keys("for a week")
    page.one("#hold-why").send_keys("the fair")
    page.click("Hold", "dialog")
    page.reads("Is held: the fair, for another ", row)
    page.click(f"Release {web.name}")

    page.reads("Up to date", row)
    page.reads(f"{web.name}: released", "#toasts")


def test_a_release_that_lets_an_update_begin_is_asked_for(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    assert page.api.done(f"/api/v1/containers/{web.name}/hold")[0] == "done"
    move(stack, web)
    page.log_in()
    row = page.row(web.name)
    page.reads("Is held", row)

    page.click(f"Release {web.name}")
    page.reads("stop it", "dialog")
    assert is_untouched(stack, web)
    page.click("Release", "dialog")

    page.reads("just now", f"{row} .last")
    assert is_replaced(stack, web)


def test_what_waits_for_approval_is_approved(page: Page, stack: Stack) -> None:
    web = labelled(stack, "--label", "ctr-updater.mode=approve")
    move(stack, web)
    page.log_in()
    row = page.row(web.name)
    page.reads("Waits for approval", row)

    page.click(f"Approve {web.name}")
    page.reads("This image may go ahead", "dialog")
    page.click("Approve", "dialog")

    page.reads("Up to date", row)
    assert is_replaced(stack, web)


def test_what_cannot_be_done_is_grey_and_says_why(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    page.log_in()
    page.row(web.name)
    grey = {
        name: button.get_attribute("title")
        for name, button in page.buttons("tbody").items()
        if button.get_attribute("aria-disabled")
    }

    assert grey == {
        f"Update {web.name}": "Update: it runs what its tag means; Check asks its registry",
        f"Roll back {web.name}": "Roll back: no earlier image of it is kept",
        f"Approve {web.name}": "Approve: only where its mode is approve, updates wait for that",
    }
    page.click(f"Roll back {web.name}")
    page.reads("no earlier image of it is kept", "#toasts")
    assert page.all("dialog") == []


def test_an_image_that_is_not_here_yet_cannot_be_approved_and_that_is_said(
    page: Page, stack: Stack, registry: PrivateRegistry
) -> None:
    labels = ("ctr-updater.mode=approve", "ctr-updater.cooldown=7d")
    web = published(stack, registry, *OPT_IN, *(word for label in labels for word in ("--label", label)))
    page.log_in()
    page.reads("Waits for its cooldown", page.row(web.name))

    approve = page.button(f"Approve {web.name}")

    assert approve.get_attribute("title") == "Approve: its new image is not here yet"


def test_a_question_that_is_not_confirmed_changes_nothing(page: Page, stack: Stack) -> None:
    web = labelled(stack, *NOTIFY)
    move(stack, web)
    page.log_in()
    page.row(web.name)

    page.click(f"Update {web.name}")
    page.reads("stop it", "dialog")
    page.click("Cancel", "dialog")

    page.until(lambda: not page.all("dialog"), "the end of the dialog")
    assert page.focus() == f"Update {web.name}"
    assert is_untouched(stack, web)
    assert page.api("GET", f"/api/v1/history?name={web.name}")[1] == []


def test_all_are_looked_at_when_a_person_says_so(page: Page) -> None:
    page.log_in()
    page.click("Look at all containers now")
    page.click("Look now", "dialog")

    page.reads("All containers: done", "#toasts")
