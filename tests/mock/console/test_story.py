"""A frontend that is developed against the mock: two pages of different origins in a real browser."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from tests.http_server import http_server
from tests.mock.console.conftest import Console
from tests.mock.console.test_control import counts
from tests.mock.console.test_page import GROUPS, control, see

SESSIONS = 32
CSV = "data:text/csv,user_id%0Ann1%0Ann2"


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def frontend() -> Iterator[str]:
    """The origin of the frontend, which is not the mock's."""
    handler = partial(_Files, directory=str(Path(__file__).with_name("frontend")))
    with http_server(handler) as origin:
        yield origin


def opened(console: Console, frontend: str, **query: str) -> Page:
    """The frontend in another tab."""
    tab = console.page.context.new_page()
    tab.goto(f"{frontend}/?{urlencode({'api': f'{console.client.base_url}'.rstrip('/'), **query})}")
    return tab


def says(tab: Page, text: str) -> None:
    expect(tab.locator("#state")).to_contain_text(text)


def rule(console: Console, **fields: str) -> None:
    """Add a fault rule in the console's form."""
    console.go("Faults")
    form = console.page.locator("#fault-form")
    for label, value in fields.items():
        field = form.get_by_label(label)
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    console.press("Add the rule")
    see(console, "The rule is active.")


def test_a_frontend_sees_fault_rules_and_so_does_the_console(console: Console, frontend: str) -> None:
    console.open("state")
    console.press("Demo")
    see(console, "Reset to demo")
    tab = opened(console, frontend)
    says(tab, "loaded")
    expect(tab.locator("li")).to_have_count(26)

    rule(console, Operation="getUserGroups", Status="500")
    tab.click("#reload")
    says(tab, "failed with 500")
    expect(console.row("Each GET …/user_group answers 500")).to_be_visible()
    console.go("Journal")
    call = console.page.locator(".call", has_text="fault").first
    expect(call).to_contain_text("/user_group")
    call.click()
    expect(console.page.locator(".why")).to_contain_text("Fault applied")
    console.go("Data")
    console.page.get_by_role("link", name="Groups", exact=True).click()
    expect(console.page.locator("#data-groups .trouble").first).to_contain_text("500")
    console.go("Faults")
    console.page.get_by_role("button", name="Remove rule").click()
    expect(console.page.get_by_text("No rules: the mock responds")).to_be_visible()

    control(console, "POST", "/clock", {"freeze": True})
    rule(console, Operation="getUserGroups", Status="", Delay="3000")
    tab.click("#reload")
    says(tab, "loading")
    control(console, "POST", "/clock", {"advance": 2.9})
    says(tab, "loading")
    while tab.locator("#state").inner_text() == "loading":  # the request may arrive after the clock advanced
        control(console, "POST", "/clock", {"advance": 3})
        tab.wait_for_timeout(50)
    says(tab, "loaded")


def test_a_frontend_sees_jobs_and_restored_snapshots(console: Console, frontend: str) -> None:
    console.open()
    tab = opened(console, frontend)
    says(tab, "loaded")
    expect(tab.locator("li")).to_have_count(26)
    body = {"name": "From a CSV", "description": "d", "category": "l1", "file_url": CSV}
    made = console.client.post(GROUPS, json=body).json()
    assert made["status"] == "pending"
    while console.get(f"{GROUPS}/{made['_id']}")["status"] == "pending":
        console.page.wait_for_timeout(20)
    tab.click("#reload")
    expect(tab.locator("li").last).to_have_text("From a CSV (completed)")

    console.go("Journal")
    expect(console.page.locator(".call", has_text="POST")).to_have_count(1)

    console.go("State")
    console.page.get_by_label("Name", exact=True).fill("good")
    console.press("Save")
    see(console, "Saved the snapshot")
    before = counts(console)
    for group in console.get(GROUPS, page_size=100)["items"]:
        console.client.delete(f"{GROUPS}/{group['_id']}")
    tab.click("#reload")
    expect(tab.locator("li")).to_have_count(0)
    console.press("Restore good")
    see(console, "Restored good")
    assert counts(console) == before
    tab.click("#reload")
    expect(tab.locator("li")).to_have_count(27)
    console.press("Delete good")
    expect(console.page.get_by_text("No snapshots.")).to_be_visible()


def test_many_sessions_at_a_time_do_not_see_each_other(console: Console, frontend: str) -> None:
    console.open()
    tab = opened(console, frontend)
    says(tab, "loaded")
    before = counts(console)
    tab.evaluate("many => Promise.all(Array.from({length: many}, (_, n) => window.story(`worker-${n}`)))", SESSIONS)
    assert counts_of_default(console) == before
    names = {session["name"] for session in control(console, "GET", "/sessions")["items"]}
    assert {f"worker-{number}" for number in range(SESSIONS)} <= names


def counts_of_default(console: Console) -> dict[str, int]:
    sessions: list[dict[str, Any]] = control(console, "GET", "/sessions")["items"]
    (default,) = [session for session in sessions if session["name"] == "default"]
    return dict(next(iter(default["tenants"].values())))


def test_a_page_of_another_origin_cannot_touch_the_control_api(console: Console, frontend: str) -> None:
    console.open()
    tab = opened(console, frontend)
    says(tab, "loaded")
    before = counts(console)
    tab.click("#touch")
    says(tab, "touched: refused, opaque, refused")
    assert counts(console) == before
    tab.click("#reload")
    says(tab, "loaded")
