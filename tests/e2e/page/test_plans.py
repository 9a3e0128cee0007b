"""The plan that the page shows is the one of what would be done now, however late or refused an answer is."""

from tests.e2e.page.conftest import Page
from tests.integration.apps import App, outdated, short
from tests.integration.daemon.apps import LOCAL, labelled, move
from tests.testbed.stack import Stack

NOTIFY = ("--label", "ctr-updater.mode=notify")
ENDS = "trap exit TERM; sleep 100000 & wait"
VETO = ("--label", "ctr-updater.veto-file=/busy")
PLAN = "section[aria-label='What an update would do']"
# The first answer about a plan waits on its way; what it said is read already.
HOLD_THE_FIRST = """
    const real = window.fetch;
    window.fetch = async (path, options) => {
        if (!path.includes("/plan?")) return real(path, options);
        window.fetch = real;
        const answer = await real(path, options);
        const said = await answer.json();
        await new Promise((go) => { window.letGo = go; });
        return { ok: answer.ok, status: answer.status, json: async () => said };
    };
"""
LET_GO = "const done = arguments[0]; window.letGo(); setTimeout(done);"


def busy(stack: Stack) -> App:
    """A stale container that has its veto file, so that no plan of its update is to be had."""
    web = outdated(stack, *LOCAL, *NOTIFY, *VETO, cmd=ENDS)
    stack.engine.docker("exec", web.name, "touch", "/busy")
    return web


def held(page: Page) -> None:
    """Wait until there is an answer that waits."""
    page.until(lambda: bool(page.run("return Boolean(window.letGo)")), "the answer that waits")


def let_go(page: Page) -> None:
    """Let the answer go on, and wait until the page has taken it."""
    page.driver.execute_async_script(LET_GO)


def test_a_plan_that_was_refused_is_asked_for_again_when_an_operation_ends(page: Page, stack: Stack) -> None:
    web = busy(stack)
    page.log_in(address=f"?container={web.name}")
    page.reads("its veto file /busy is there", PLAN)

    stack.engine.docker("exec", web.name, "rm", "/busy")
    page.click(f"Check {web.name}")

    page.reads("create its successor", PLAN)


def test_one_whose_refusal_comes_after_the_end_is_asked_for_again_at_once(page: Page, stack: Stack) -> None:
    web = busy(stack)
    page.log_in()
    row = page.row(web.name)
    page.run(HOLD_THE_FIRST)
    page.one(f"{row} a.name").click()
    held(page)

    stack.engine.docker("exec", web.name, "rm", "/busy")
    page.click(f"Check {web.name}")
    page.reads(f"{web.name}: ", "#toasts .good")
    let_go(page)

    page.reads("create its successor", PLAN)


def test_a_late_answer_does_not_take_the_place_of_the_plan_that_was_chosen_since(
    page: Page, stack: Stack
) -> None:
    web = labelled(stack, *NOTIFY, "--label", "ctr-updater.keep=2")
    for marker in ("second", "third"):
        move(stack, web, marker=marker)
        assert page.api.done(f"/api/v1/containers/{web.name}/update")[0] == "done"
    page.log_in()
    page.row(web.name)
    page.run(HOLD_THE_FIRST)

    page.click(f"Roll back {web.name}")
    held(page)
    page.all("dialog label.choice")[1].click()
    page.reads(f"goes back to {short(web.old)}", "dialog")
    let_go(page)

    assert f"goes back to {short(web.old)}" in page.text("dialog")
    page.click("Cancel", "dialog")
