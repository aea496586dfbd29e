"""The console in a real browser: state, clock, faults, jobs and sessions."""

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.mock.console.conftest import Console, MakeConsole
from tests.mock.console.test_page import DEFINITIONS, GROUPS, control, group, see

from audience_mock.testing import MockServer


def counts(console: Console) -> dict[str, int]:
    (session,) = control(console, "GET", "/sessions")["items"]
    return dict(next(iter(session["tenants"].values()), {}))


# --- state ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "definitions"), [("Empty", 0), ("Documents", 5), ("Demo", 41), ("Initial seed", 41)]
)
def test_a_reset_restores_a_seed(console: Console, button: str, definitions: int) -> None:
    console.client.delete(f"{GROUPS}/64f111111111111111111111")
    console.open("state")
    console.press(button)
    if button == "Empty":
        console.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        assert console.get(DEFINITIONS)["page"]["item_total"] == 41
        console.press(button)
        console.in_dialog("Empty")
    see(console, "Reset to")
    assert console.get(DEFINITIONS)["page"]["item_total"] == definitions
    expect(console.page.locator("#state-counts")).to_contain_text(str(definitions or "Empty"))


def test_a_reset_begins_everything_anew(console: Console) -> None:
    control(console, "POST", "/faults", {"operation": "getUserGroups", "status": 503})
    control(console, "POST", "/clock", {"freeze": "2031-05-06T07:08:09Z"})
    assert console.client.get(GROUPS).status_code == 503
    console.open("state")
    expect(console.page.locator("#clock-state")).to_have_text("frozen")
    expect(console.page.get_by_text("Everything begins anew")).to_be_visible()
    console.press("Initial seed")
    see(console, "Reset to the seed")
    expect(console.page.locator("#clock-state")).to_have_text("real time")
    console.go("Faults")
    expect(console.page.get_by_text("No rules: the mock responds")).to_be_visible()
    assert console.client.get(GROUPS).status_code == 200
    paths = [entry["response"]["status"] for entry in control(console, "GET", "/journal")["items"]]
    assert 503 not in paths


def test_a_reset_from_elsewhere_empties_the_journal_that_is_shown(console: Console) -> None:
    console.open("journal")
    for name in ("One", "Two"):
        console.client.get(GROUPS, params={"name": name})
    calls = console.page.locator(".call", has_text="/user_group?")
    expect(calls).to_have_count(2)
    calls.first.click()
    control(console, "POST", "/reset")
    expect(calls).to_have_count(0)
    console.client.get(GROUPS, params={"name": "One"})
    expect(calls).to_have_count(1)
    expect(console.page.get_by_text("Live updates were interrupted")).to_have_count(0)


def test_an_exported_state_can_be_imported(console: Console, tmp_path_factory: pytest.TempPathFactory) -> None:
    console.open("state")
    with console.page.expect_download() as download:
        console.page.get_by_role("link", name="Export as JSON").click()
    path = tmp_path_factory.mktemp("export") / "state.json"
    download.value.save_as(path)
    before = counts(console)
    console.press("Empty")
    console.in_dialog("Empty")
    see(console, "Reset to empty")
    console.page.get_by_label("Import JSON").set_input_files(path)
    see(console, "Imported state.json")
    assert counts(console) == before


def test_a_file_that_is_not_an_export_is_refused(console: Console) -> None:
    console.open("state")
    console.page.get_by_label("Import JSON").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b"{"}
    )
    expect(console.page.get_by_role("alert")).to_contain_text("x.json is not JSON")


# --- the clock --------------------------------------------------------------------------------------------


def test_the_clock_is_set_frozen_advanced_and_run(console: Console) -> None:
    console.open("state")
    console.press("Freeze")
    see(console, "The clock is at")
    expect(console.page.locator("#clock-state")).to_have_text("frozen")
    console.page.get_by_label("Set to (UTC)").fill("2031-05-06T07:08:09")
    console.press("Set")
    expect(console.page.get_by_text("2031-05-06 07:08:09 UTC", exact=True)).to_be_visible()
    console.page.get_by_label("Advance by").fill("2")
    console.page.get_by_label("Unit").select_option("days")
    console.press("Advance")
    expect(console.page.get_by_text("2031-05-08 07:08:09 UTC", exact=True)).to_be_visible()
    assert str(control(console, "GET", "/clock")["now"]).startswith("2031-05-08T07:08:09")
    console.press("Run")
    expect(console.page.locator("#clock-state")).to_have_text("shifted")
    console.press("Real time")
    expect(console.page.locator("#clock-state")).to_have_text("real time")


# --- faults -----------------------------------------------------------------------------------------------


def fill_form(console: Console, **values: str) -> None:
    """Fill in the form of the faults panel by the ends of its fields' ids, and add the rule."""
    console.page.locator("#fault-form details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    for name, value in values.items():
        field = console.page.locator(f"#fault-{name.replace('_', '-')}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    console.press("Add the rule")


FORMS: list[tuple[dict[str, str], dict[str, Any]]] = [
    (
        {
            "operation": "updateUserAttribute",
            "parameters": "user_id = u*",
            "query": "page_no = 2\n\nname=a = b",
            "request_headers": "Accept-Language: de*",
            "request_body": "attribute.value = 41\nattribute.unit = cm",
            "headers": "Retry-After = 5",
            "status": "503",
            "kind": "half",
            "delay": "500",
            "delay_to": "900",
            "probability": "0.25",
            "times": "3",
            "limit": "9",
            "seconds": "30",
            "seed": "7",
            "body": '{"message": "no"}',
        },
        {
            "operation": "updateUserAttribute",
            "parameters": {"user_id": "u*"},
            "query": {"page_no": "2", "name": "a = b"},
            "request_headers": {"Accept-Language": "de*"},
            "request_body": {"attribute": {"value": 41, "unit": "cm"}},
            "headers": {"Retry-After": "5"},
            "status": 503,
            "kind": "half",
            "delay": {"type": "uniform", "lower": 500, "upper": 900},
            "probability": 0.25,
            "times": 3,
            "seed": 7,
            "rate": {"limit": 9, "seconds": 30},
            "body": {"message": "no"},
        },
    ),
    (
        {"sequence": "503, 503, ok", "delay": "300", "sigma": "0.5", "seed": "1"},
        {
            "sequence": [503, 503, "ok"],
            "delay": {"type": "lognormal", "median": 300, "sigma": 0.5},
            "seed": 1,
        },
    ),
    ({"delay": "300"}, {"delay": 300}),
]


@pytest.mark.parametrize(("values", "expected"), FORMS)
def test_every_field_of_the_form_is_in_the_rule(
    console: Console, values: dict[str, str], expected: dict[str, Any]
) -> None:
    console.open("faults")
    console.page.reload()
    fill_form(console, **values)
    see(console, "The rule is active.")
    (rule,) = control(console, "GET", "/faults")["items"]
    assert {name: value for name, value in rule.items() if name not in {"id", "describes", "hits"}} == expected
    expect(console.row(rule["describes"])).to_be_visible()
    console.press("Remove all rules")
    see(console, "Removed all rules.")
    assert control(console, "GET", "/faults")["items"] == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"status": "503", "query": "page_no"}, 'Query: "page_no" has no value'),
        ({"delay_to": "5", "sigma": "1"}, "either At most or Spread"),
        ({"sigma": "1"}, "A spread needs a delay"),
        ({"sequence": "503, okay"}, "okay"),
    ],
)
def test_a_mistake_in_the_form_is_named(console: Console, values: dict[str, str], message: str) -> None:
    console.open("faults")
    console.page.reload()
    fill_form(console, **values)
    expect(console.page.locator("#fault-trouble")).to_contain_text(message)
    assert control(console, "GET", "/faults")["items"] == []


def test_a_rule_without_an_effect_is_refused_in_the_form(console: Console) -> None:
    console.open("faults")
    console.press("Add the rule")
    expect(console.page.locator("#fault-trouble")).to_contain_text("The rule has no effect")


# --- jobs -------------------------------------------------------------------------------------------------


def make_group(console: Console, name: str) -> None:
    body = {"name": name, "description": "d", "category": "l1", "file_url": "data:text/csv,user_id%0Aa%0Ab"}
    assert console.client.post(GROUPS, json=body).status_code == 201


def test_a_job_waits_until_it_is_advanced_and_can_fail_or_skip_rows(console: Console) -> None:
    console.open("jobs")
    console.page.get_by_label("when advanced manually").check()
    console.press("Set")
    see(console, "Saved for new jobs.")
    console.page.reload()
    expect(console.page.get_by_label("when advanced manually")).to_be_checked()
    row = console.page.locator("#job-list tbody tr")
    make_group(console, "Patient")
    row.get_by_role("button", name="Fail rows").click()
    console.in_dialog("Set", Rows="1, 2")
    expect(row).to_contain_text("skips rows 1, 2")
    row.get_by_role("button", name="Advance").click()
    see(console, "Advanced")
    expect(row).to_contain_text("completed")
    assert group(console, "Patient")["status"] == "completed"
    make_group(console, "Doomed")
    row.first.get_by_role("button", name="Fail Reading").click()
    expect(row.first).to_contain_text("will fail")
    row.first.get_by_role("button", name="Advance").click()
    expect(row.first.get_by_text("failed", exact=True)).to_be_visible()


# --- sessions ---------------------------------------------------------------------------------------------


def test_the_page_uses_the_session_that_it_was_switched_to(console: Console) -> None:
    console.open("state")
    console.page.get_by_label("Session", exact=True).fill("mine")
    console.press("Switch")
    see(console, "uses the session mine")
    console.press("Empty")
    console.in_dialog("Empty")
    see(console, "Reset to empty")
    console.page.reload()
    expect(console.page.get_by_label("Session", exact=True)).to_have_value("mine")
    console.go("Data")
    expect(console.page.get_by_text("No definitions.")).to_be_visible()
    assert console.get(DEFINITIONS)["page"]["item_total"] == 41
    console.go("Sessions")
    console.press("Use default")
    console.go("Data")
    expect(console.row("Favourite colour")).to_be_visible()


def test_two_pages_in_two_sessions_do_not_see_each_other(make_console: MakeConsole) -> None:
    one, other = make_console(), make_console()
    one.open("journal", session="one")
    other.open("journal", session="other")
    one.client.get(f"{GROUPS}/tags", headers={"X-Mock-Session": "one"})
    expect(one.page.locator(".call", has_text="/user_group/tags")).to_be_visible()
    other.client.get(f"{GROUPS}/categories", headers={"X-Mock-Session": "other"})
    expect(other.page.locator(".call", has_text="/user_group/categories")).to_be_visible()
    expect(other.page.locator(".call", has_text="/user_group/tags")).to_have_count(0)


def test_a_session_can_be_ended(console: Console) -> None:
    control(console, "POST", "/reset?to=empty&session=gone")
    console.open("sessions")
    expect(console.row("gone")).to_contain_text("0 groups")
    console.press("End gone")
    see(console, "Ended the session gone.")
    expect(console.row("gone")).to_have_count(0)


def test_a_session_name_that_is_not_a_header_value_is_refused(console: Console) -> None:
    console.open()
    console.page.get_by_label("Session", exact=True).fill("été")
    console.press("Switch")
    expect(console.page.get_by_role("alert")).to_contain_text("cannot be sent in a header")


# --- a mock with a bearer token---------- ------------------------------------------------------------------


def test_the_page_asks_for_the_bearer_token_of_the_mock(console: Console) -> None:
    with MockServer(bearer="let-me-in") as protected:
        console.url = protected.url
        console.open("data")
        expect(console.page.locator("#data-definitions .trouble")).to_contain_text("401")
        console.page.get_by_label("Bearer token").fill("let-me-in")
        console.press("Use token")
        expect(console.row("Favourite colour")).to_be_visible()
        console.page.goto("about:blank")
