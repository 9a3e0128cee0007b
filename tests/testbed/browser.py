"""A real browser, without a window: Debian's Chromium, driven as a person would use it."""

import base64
import json
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.testbed import no_netlink
from tests.testbed.processes import wait_until

WIDTHS = {"phone": (360, 740, 2), "laptop": (1280, 800, 1), "4k": (3840, 2160, 1)}
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root may not have one
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--lang=en-GB",
)


class Browser:
    """One; a context manager.

    Attributes:
        driver: Selenium's.
    """

    def __init__(self) -> None:
        options = ChromeOptions()
        for argument in _ARGUMENTS:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = Chrome(
            options, Service("/usr/bin/chromedriver", popen_kw={"preexec_fn": no_netlink.forbid})
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def forget(self) -> None:
        """Leave no session, and no messages of before."""
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.messages()
        self.hosts()

    def open(self, url: str) -> None:
        self.driver.get(url)

    def all(self, selector: str) -> list[WebElement]:
        """The elements that a person sees."""
        seen = "return [...document.querySelectorAll(arguments[0])].filter(each => each.checkVisibility())"
        found: list[WebElement] = self.run(seen, selector)
        return found

    def one(self, selector: str) -> WebElement:
        """The one element of that selector, once a person sees it."""
        found: list[WebElement] = []

        def is_there() -> bool:
            found[:] = self.all(selector)
            return len(found) == 1

        wait_until(is_there, f"one {selector}")
        return found[0]

    def buttons(self, within: str = "body") -> dict[str, WebElement]:
        """The buttons that a person sees, by what a screen reader calls them."""
        seen = """return [...document.querySelectorAll(arguments[0])].filter(each => each.checkVisibility())
            .map(each => [each.getAttribute("aria-label") || each.textContent.trim(), each])"""
        return dict(self.run(seen, f"{within} button"))

    def button(self, name: str, within: str = "body") -> WebElement:
        """One of them, once it is there."""
        wait_until(lambda: name in self.buttons(within), f"the button {name!r}")
        return self.buttons(within)[name]

    def click(self, name: str, within: str = "body") -> None:
        self.button(name, within).click()

    def text(self, selector: str = "body") -> str:
        """What a person reads there; nothing where it is not there, or not seen."""
        seen = """const found = document.querySelector(arguments[0]);
            return found?.checkVisibility() ? found.innerText : ''"""
        said: str = self.run(seen, selector)
        return said.replace("\u00a0", " ")

    def reads(self, text: str, selector: str = "body") -> None:
        """Wait until a person reads a text."""
        self.until(lambda: text in self.text(selector), f"{text!r} in {selector}: {self.text(selector)!r}")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, what)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key, key))

    def focus(self) -> str:
        """What a screen reader calls that which has the focus."""
        return str(self.driver.switch_to.active_element.accessible_name)

    def messages(self) -> list[str]:
        """What the browser has logged since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def hosts(self) -> set[str]:
        """The hosts that were asked for anything since the last call."""
        entries = self.driver.get_log("performance")
        told = [json.loads(entry["message"])["message"] for entry in entries]
        urls = [
            each["params"]["request"]["url"] for each in told if each["method"] == "Network.requestWillBeSent"
        ]
        return {urlsplit(url).netloc for url in urls} - {""}

    def size(self, name: str, theme: str = "light") -> None:
        """Be a screen of that name, light or dark."""
        width, height, ratio = WIDTHS[name]
        metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": name == "phone"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def rest(self) -> None:
        """Wait until what moves has come to its end, and what is to be drawn is."""
        settled = (
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))"
        )
        self.driver.execute_async_script(settled)

    def picture(self) -> bytes:
        """A PNG of what is seen."""
        shot: str = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
        return base64.b64decode(shot)
