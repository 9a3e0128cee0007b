"""Three hundred containers: what is new is written into the rows that there are."""

from tests.e2e.page.conftest import Page
from tests.testbed.stack import Stack

MANY = 300
_LABELS = {"ctr-updater.enable": "true", "ctr-updater.source": "local", "ctr-updater.mode": "notify"}
_WATCH = """window.rows = new Set(document.querySelectorAll("tbody tr")); window.replaced = 0;
    new MutationObserver(all => {
        const added = all.flatMap(each => [...each.addedNodes]);
        window.replaced += added.filter(node => node.nodeType === Node.ELEMENT_NODE).length;
    }).observe(document.querySelector("tbody"), {childList: true, subtree: true})"""


def created(stack: Stack, image: str) -> list[str]:
    names = [stack.name(f"app-{number:03}") for number in range(MANY)]
    body = {"Image": image, "Labels": _LABELS}
    for name in names:
        status, answer = stack.engine.api("POST", f"/containers/create?name={name}", body)
        assert status == 201, answer
    return names


def test_three_hundred_rows_are_brought_up_to_date_in_their_place(page: Page, stack: Stack) -> None:
    image = stack.name("many:1")
    stack.image(image, marker="old")
    names = created(stack, image)
    page.log_in()
    page.until(lambda: page.rows() == names, "all rows")
    page.until(lambda: page.text(".tile[data-group=current] .number") == str(MANY), "all of them current")
    page.run(_WATCH)

    stack.image(image, marker="new")

    page.until(lambda: page.text(".tile[data-group=waiting] .number") == str(MANY), "all of them waiting")
    assert page.rows() == names
    assert page.run("return [...document.querySelectorAll('tbody tr')].every(row => window.rows.has(row))")
    assert page.run("return window.replaced") == 0
    page.one("#search").send_keys("app-29")
    page.until(lambda: len(page.rows()) == 10, "the ten of that name")
    assert page.run("return window.replaced") == 0
