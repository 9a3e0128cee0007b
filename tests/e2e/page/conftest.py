"""One daemon with a listener for all tests of the page, and one browser in front of it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.daemon.conftest import ENVIRON, Running
from tests.integration.web.conftest import TOKENS, Api
from tests.testbed.browser import Browser
from tests.testbed.cli import Commands
from tests.testbed.engine import PrivateEngine
from tests.testbed.ports import free_port
from tests.testbed.stack import Stack

ROOT = Path(__file__).parents[3]
ACT, READ = TOKENS["CTR_UPDATER_TOKEN"], TOKENS["CTR_UPDATER_READ_TOKEN"]


class Page(Browser):
    """The page, in the browser.

    Attributes:
        url: Where it is.
        api: What a script would ask beside it.
    """

    url: str
    api: Api

    def at(self, address: str = "") -> None:
        """Open one of its views."""
        self.open(f"{self.url}/{address}")

    def log_in(self, token: str = ACT, address: str = "") -> None:
        self.at(address)
        self.one("#token").send_keys(token)
        self.click("Log in")
        self.one("#live")

    def row(self, name: str) -> str:
        """The selector of a container's row."""
        self.until(lambda: bool(self.rows(name)), f"a row of {name}")
        return f"tr[data-test='{name}']"

    def rows(self, name: str = "") -> list[str]:
        """The names of the rows that a person sees; they are marked so that a selector finds them."""
        mark = """return [...document.querySelectorAll("tbody tr")].filter(row => row.checkVisibility())
            .map(row => (row.dataset.test = row.querySelector("a.name")?.textContent))"""
        found: list[str] = self.run(mark)
        return [each for each in found if name in ("", each)]


@contextlib.contextmanager
def listening(engine: PrivateEngine, directory: Path, *options: object, **env: str | None) -> Iterator[Api]:
    """A daemon with a listener."""
    commands, port = Commands(engine.host, directory), free_port()
    environ = ENVIRON | TOKENS | env
    words = ("watcher", "run", "--listen", f"127.0.0.1:{port}", *options)
    daemon = Running(commands.start(*words, env=environ, cwd=ROOT), commands.state).looked()
    try:
        yield Api(daemon, port)
        assert daemon.stop() == 0
        assert [line for line in daemon.lines if "Traceback" in str(line)] == []
    finally:
        commands.close()


@pytest.fixture(scope="package")
def api(engine: PrivateEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with listening(engine, tmp_path_factory.mktemp("page")) as made:
        yield made


@pytest.fixture(scope="package")
def browser() -> Iterator[Page]:
    with Page() as made:
        yield made


@pytest.fixture
def page(browser: Page, api: Api, stack: Stack) -> Iterator[Page]:  # noqa: ARG001 - see below
    """The page of somebody who has not logged in; its browser logs nothing, and asks no other host.

    The view of a container has it planned whenever its verdict changes, which is while its update ends: where
    the updater has not let go of it yet there is no plan (409), and the page tells why until it asks again.
    Containers outlive the page: it would ask for one that it shows, and be told that it is gone (404).
    """
    browser.forget()
    browser.url, browser.api = api.url, api
    browser.size("laptop")
    yield browser
    assert [line for line in browser.messages() if not _has_no_plan_yet(line)] == []
    assert browser.hosts() <= {api.url.removeprefix("http://")}


def _has_no_plan_yet(message: str) -> bool:
    return "/plan?" in message and "409" in message
