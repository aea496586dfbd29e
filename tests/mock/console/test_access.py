"""Accessibility of the console: names, headings, contrast, keyboard, and small screens."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.mock.console.conftest import Console, MakeConsole

CHECKS = Path(__file__).with_name("access.js").read_text()
PANELS = ["journal", "data/definitions", "data/groups", "data/users", "data/values/64f222222222222222222222"]
PANELS += ["state", "faults", "jobs", "sessions", "coverage"]


def filled(console: Console, panel: str) -> Console:
    """A console at a panel with data: a good and a bad request, a rule, a job, a snapshot."""
    client, url = console.client, f"{console.url}/__mock__"
    client.put(f"{url}/snapshots/one")
    client.put(f"{url}/jobs/progression", json={})
    client.post(f"{url}/faults", json={"operation": "getUserGroupTags", "status": 500})
    body = {"name": "Late", "description": "d", "category": "l1", "file_url": "data:text/csv,user_id"}
    client.post("/user_group", json=body)
    client.get("/user_group/tags")
    console.open(panel)
    console.page.wait_for_load_state("networkidle") if panel != "journal" else None
    if panel == "journal":
        console.page.locator(".call", has_text="/user_group/tags").click()
    if panel == "faults":
        for summary in ("Only some requests", "Headers, body, spread"):
            console.page.get_by_text(summary).click()
    return console


def found(console: Console, check: str) -> list[str]:
    return list(console.page.evaluate(f"() => {{ {CHECKS}; return {check}(); }}"))


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_has_contrast_names_an_order_of_headings_and_fits_every_screen(console: Console, panel: str) -> None:
    filled(console, panel)
    for colours in ("light", "dark"):
        console.page.emulate_media(color_scheme=colours)
        for check in ("lowContrast", "nameless", "disorder"):
            assert found(console, check) == [], (check, colours)
    for width in (360, 640, 700, 960, 2560):
        console.page.set_viewport_size({"width": width, "height": 800})
        assert found(console, "tooWide") == [], width


def test_the_dialog_is_as_easy_to_use(make_console: MakeConsole) -> None:
    console = make_console(width=360)
    console.open("data/groups")
    console.press("New group")
    dialog = console.page.get_by_role("dialog", name="New group")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    for colours in ("light", "dark"):
        console.page.emulate_media(color_scheme=colours)
        for check in ("lowContrast", "nameless", "tooWide"):
            assert found(console, check) == [], (check, colours)
    console.page.keyboard.press("Escape")
    expect(console.page.get_by_role("button", name="New group")).to_be_focused()


@pytest.mark.parametrize("panel", ["journal", "data/groups", "state", "faults", "jobs"])
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(console: Console, panel: str) -> None:
    filled(console, panel)
    wanted = console.page.evaluate(f"() => {{ {CHECKS}; return reachable().length; }}")
    console.page.evaluate("document.activeElement.blur()")
    seen: set[str] = set()
    last = ""
    for _ in range(3 * wanted + 10):  # a date has a stop for each of its parts
        console.page.keyboard.press("Tab")
        where, visible = console.page.evaluate(f"() => {{ {CHECKS}; return focused(); }}")
        if where in seen and where != last:
            break
        last = where
        if where:
            assert visible, f"the focus cannot be seen on {where}"
            seen.add(where)
    missed = set(found(console, "reachable")) - seen
    assert missed == set()


def test_the_landmarks_and_live_regions_are_there(console: Console) -> None:
    console.open()
    for role in ("banner", "main", "contentinfo", "log"):
        expect(console.page.get_by_role(role)).to_have_count(1)
    expect(console.page.get_by_role("navigation", name="Panels")).to_have_count(1)
    expect(console.page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    assert console.page.locator("html").get_attribute("lang") == "en"


def test_a_panel_that_is_gone_to_takes_the_focus_and_names_the_page(console: Console) -> None:
    console.open()
    console.go("Faults")
    expect(console.page.get_by_role("heading", name="Faults", level=2)).to_be_focused()
    expect(console.page).to_have_title("Faults - Audience API mock")
    current = console.page.get_by_role("navigation", name="Panels").locator("[aria-current=page]")
    expect(current).to_have_text("Faults")


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(console: Console) -> None:
    console.open()
    console.page.keyboard.press("Tab")
    expect(console.page.get_by_role("link", name="Skip to the panel")).to_be_focused()
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("main")).to_be_focused()
    expect(console.page.get_by_role("heading", name="Journal", level=2)).to_be_visible()
