"""What strangers write stays text, wherever it is shown."""

from tests.e2e.page.conftest import Page
from tests.integration.apps import current
from tests.integration.daemon.apps import LOCAL, move
from tests.testbed.stack import Stack

MARKUP = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
VERSION = "org.opencontainers.image.version"
SCRIPT = "javascript:document.title='owned'"


def test_a_hostile_label_stays_text(page: Page, stack: Stack) -> None:
    labels = {VERSION: MARKUP[:60], "ctr-updater.schedule": MARKUP}
    options = ("--label", "ctr-updater.mode=notify", "--label", f"ctr-updater.release-url={SCRIPT}")
    bad = current(stack, *LOCAL, *options, name="bad", labels=labels)
    web = current(stack, *LOCAL, "--label", "ctr-updater.mode=notify", labels=labels)
    move(stack, web, labels=labels)
    why = {"for": "7d", "why": MARKUP}
    assert page.api.done(f"/api/v1/containers/{web.name}/hold", why)[0] == "done"
    page.log_in()

    page.reads("<img src=x", page.row(web.name))
    page.reads("javascript:", page.row(bad.name))
    page.one(f"{page.row(web.name)} a.name").click()
    page.reads(MARKUP, "section[aria-label=History]")
    page.reads("schedule=<img src=x", "section[aria-label='Labels that count']")
    page.at("?view=history")
    page.reads(MARKUP, "main")
    page.at(f"?container={MARKUP}")
    page.reads(MARKUP, "h1")

    assert page.all("img[src=x], main script, a[href^='javascript']") == []
    assert "owned" not in page.driver.title.replace(MARKUP, "")
    assert [line for line in page.messages() if "404" not in line] == []


def test_no_script_can_make_markup_of_text(page: Page) -> None:
    """The browser itself refuses it: a mistake of ours would not become a stranger's way in."""
    page.log_in()
    policy = "return (await fetch('.')).headers.get('content-security-policy')"
    made = "try { document.body.innerHTML = '<b>x</b>'; return 'made' } catch { return 'refused' }"

    assert "require-trusted-types-for 'script'" in page.run(f"return (async () => {{ {policy} }})()")
    assert page.run(made) == "refused"
    assert [line for line in page.messages() if "TrustedHTML" not in line] == []
