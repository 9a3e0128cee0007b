"""What changes while somebody looks: a pull goes on, a session ends, the engine goes and comes back."""

from tests.e2e.page.conftest import Page
from tests.integration.apps import App
from tests.integration.daemon.apps import is_replaced, labelled, move
from tests.integration.registry.live.apps import publish, pulled
from tests.integration.registry.live.front import Forward
from tests.testbed.badregistry import BadRegistry, Hang
from tests.testbed.registry import PrivateRegistry
from tests.testbed.stack import Stack

UNDER_WAY = "section[aria-label='Under way']"


def look_again(page: Page) -> None:
    """What a look at another tab and back makes of the page."""
    page.run("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_pull_is_seen_layer_by_layer(page: Page, stack: Stack, registry: PrivateRegistry) -> None:
    with BadRegistry() as front:
        front.on("", Forward(registry.address))
        web = pulled(stack, registry, front)
        publish(stack, registry, web)
        page.log_in(address=f"?container={web.name}")
        page.reads("Up to date", ".lead")
        slow = Hang()
        front.on("/blobs/", slow)

        page.click("Look at all containers now")
        page.click("Look now", "dialog")
        page.reads(f"Pulls {web.image}: 1 of 2 layers", UNDER_WAY)
        page.reads("Already exists", f"{UNDER_WAY} .layers")
        assert len(page.all(f"{UNDER_WAY} .layers progress")) == 2
        slow.release()

        page.reads("Pulled in", UNDER_WAY)
        page.reads("It ended: updated", UNDER_WAY)
    assert is_replaced(stack, web)


def test_registries_are_told_with_who_follows_them(
    page: Page, stack: Stack, registry: PrivateRegistry
) -> None:
    with BadRegistry() as front:
        front.on("", Forward(registry.address))
        web = pulled(stack, registry, front)
        page.log_in(address="?view=registries")

        page.reads("Asked as usual", f"section[aria-label='{front.address}']")
        page.one(f"section[aria-label='{front.address}'] summary").click()
        page.reads(web.image, f"section[aria-label='{front.address}']")


HOLD = """const ask = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await ask(path, options);
        if (path !== arguments[0]) return answer;
        const said = await answer.json();
        await new Promise(go => { window.release = go; });
        window.fetch = ask;
        return { ok: true, status: 200, json: async () => said };
    }"""


def overtake(page: Page, stack: Stack, web: App) -> None:
    """Move its tag once the answer that is held is there."""
    page.until(lambda: page.run("return Boolean(window.release)"), "the answer")
    move(stack, web)


def test_what_was_read_before_an_event_told_otherwise_does_not_take_its_place(
    page: Page, stack: Stack
) -> None:
    web = labelled(stack, "--label", "ctr-updater.mode=notify")
    page.log_in(address=f"?q={web.name}")
    row = page.row(web.name)
    page.reads("Up to date", row)
    page.run(HOLD, "api/v1/containers")
    look_again(page)

    overtake(page, stack, web)
    page.reads("Has an update", row)
    page.run("window.release()")

    assert "Has an update" in page.text(row)


def test_nor_does_what_was_read_of_one_container(page: Page, stack: Stack) -> None:
    web = labelled(stack, "--label", "ctr-updater.mode=notify")
    page.log_in(address=f"?q={web.name}")
    row = page.row(web.name)
    page.run(HOLD, f"api/v1/containers/{web.name}")
    page.one(f"{row} a.name").click()

    overtake(page, stack, web)
    page.reads("Has an update", ".lead")
    page.run("window.release()")

    assert "Has an update" in page.text(".lead")


def test_who_has_no_session_any_more_may_log_in_again(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in(address=f"?q={web.name}")
    page.row(web.name)
    page.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    look_again(page)

    page.one("#token")
    assert page.text("#header") == ""
    page.log_in(address=f"?q={web.name}")
    page.row(web.name)
    assert [line for line in page.messages() if "401" not in line] == []


def test_an_engine_that_is_gone_is_said_and_what_was_known_stays(page: Page, stack: Stack) -> None:
    web = labelled(stack)
    page.log_in()
    row = page.row(web.name)
    stack.engine.stop()
    try:
        look_again(page)
        page.reads("no connection to", "#header .banner")
        assert "Up to date" in page.text(row)
    finally:
        stack.engine.start()
    page.until(lambda: page.api("GET", "/api/v1/containers")[0] == 200, "the engine")
    page.until(lambda: bool(page.api("GET", "/api/v1/status")[1]["engines"][0]["up"]), "the daemon")

    look_again(page)

    page.until(lambda: page.text("#header .banner") == "", "the end of the trouble")
    assert [line for line in page.messages() if "503" not in line and "502" not in line] == []
