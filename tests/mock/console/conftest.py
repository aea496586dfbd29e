"""A real browser and a real mock for the tests of the console."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from audience_mock.testing import MockServer

TIMEOUT = 20_000
"""Milliseconds that a page may take to show something, on a busy machine."""
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@dataclass
class Console:
    """The console in a browser's page, and a client that calls the same mock beside it."""

    url: str
    page: Page
    client: httpx.Client

    def open(self, panel: str = "journal", *, session: str | None = None) -> None:
        """Load the page at a panel, and wait until it is ready."""
        query = f"?session={session}" if session else ""
        self.page.goto(f"{self.url}/__mock__/{query}#{panel}")
        self.page.wait_for_selector("html[data-ready]")

    def go(self, panel: str) -> None:
        """Click the link of a panel."""
        self.page.get_by_role("navigation", name="Panels").get_by_role("link", name=panel, exact=True).click()

    def row(self, text: str) -> Locator:
        """The row of a table with this heading."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=text, exact=True))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def search(self, text: str) -> None:
        """Search the list that is shown."""
        self.page.get_by_role("searchbox").fill(text)
        self.press("Search")

    def in_dialog(self, verb: str, **fields: str) -> None:
        """Fill in the dialog's fields by the first words of their labels, and press its button."""
        dialog = self.page.get_by_role("dialog")
        for label, value in fields.items():
            field = dialog.get_by_label(label.replace("_", " "))
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        dialog.get_by_role("button", name=verb, exact=True).click()
        expect(dialog).to_be_hidden()

    def get(self, path: str, **query: Any) -> Any:
        """The response of the API in the default session."""
        return self.client.get(path, params=query).json()


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(job_delay=0) as mock:
        yield mock


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, NAMES)), None) or playwright.chromium.executable_path
        if not Path(found).exists():
            pytest.skip("no browser on this machine: install Debian's chromium, or run `playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


MakeConsole = Callable[..., Console]
Problems = list[str]


@pytest.fixture(scope="module")
def problems() -> Problems:
    """What went wrong in any page of the test."""
    return []


@pytest.fixture(scope="module")
def first_page(browser: Browser, problems: Problems) -> Page:
    """A page that the tests of a file use in turn: a new one would cost more than most tests."""
    return _new_page(browser, problems)


def _new_page(browser: Browser, problems: Problems) -> Page:
    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    context = browser.new_context()
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", on_console)
    return page


@pytest.fixture
def make_console(server: MockServer, browser: Browser, first_page: Page, problems: Problems) -> Iterator[MakeConsole]:
    """Make consoles with a viewport width and colours; all sessions of the mock are reset."""
    server.end_sessions()
    pages: list[Page] = []
    with httpx.Client(base_url=server.api_url, trust_env=False, timeout=60) as client:

        def make(*, width: int = 1280, colours: Any = "light") -> Console:
            page = _new_page(browser, problems) if pages else first_page
            pages.append(page)
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=colours)
            return Console(server.url, page, client)

        expect.set_options(timeout=TIMEOUT)
        yield make
        for page in pages[1:]:
            page.context.close()
        for page in first_page.context.pages:
            if page is not first_page:
                page.close()
        first_page.goto("about:blank")  # the console keeps nothing outside its page
    found = problems[:]
    problems.clear()
    assert found == []


@pytest.fixture
def console(make_console: MakeConsole) -> Console:
    """A console on a wide screen, in light colours, not opened yet."""
    return make_console()
