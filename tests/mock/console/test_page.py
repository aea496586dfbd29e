"""The console in a real browser: what each panel shows, and what its buttons do."""

import json
import shlex
import subprocess
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from tests.mock.console.conftest import Console

USER = "64f222222222222222222222"
DEFINITIONS = "/user_attribute/definition"
GROUPS = "/user_group"


def definition(console: Console, name: str) -> dict[str, object]:
    items = console.get(DEFINITIONS, name=name)["items"]
    assert len(items) == 1, f"one definition is called {name}, not {len(items)}"
    return dict(items[0])


def group(console: Console, name: str) -> dict[str, object]:
    (found,) = console.get(GROUPS, name=name)["items"]
    return dict(found)


def control(console: Console, method: str, path: str, body: Any = None) -> Any:
    answer = console.client.request(method, f"{console.url}/__mock__{path}", json=body)
    return answer.raise_for_status().json()


def see(console: Console, text: str) -> None:
    """Wait until the page says that something was done."""
    expect(console.page.get_by_role("status").filter(has_text=text)).to_be_visible()


# --- every panel shows something ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("panel", "text"),
    [
        ("journal", "/user_group/tags"),
        ("data", "favourite_colour"),
        ("data/groups", "Frequent buyers"),
        (f"data/values/{USER}", "teal"),
        ("data/users", "64f222222222222222222222"),
        ("state", "2,595"),
        ("faults", "after 2000 ms"),
        ("jobs", "Reading the file of the group"),
        ("sessions", "a-worker"),
        ("coverage", "of 46 documented responses"),
    ],
)
def test_a_panel_shows_what_there_is(console: Console, panel: str, text: str) -> None:
    console.client.get(f"{GROUPS}/tags")
    console.client.get(f"{GROUPS}/tags", headers={"X-Mock-Session": "a-worker"})
    control(console, "POST", "/faults", {"operation": "getUserGroupCategories", "delay": 2000})
    control(console, "PUT", "/jobs/progression", {})
    body = {"name": "Late", "description": "d", "category": "l1", "file_url": "data:text/csv,user_id"}
    assert console.client.post(GROUPS, json=body).status_code == 201
    console.open(panel)
    expect(console.page.locator("main > section:not([hidden])")).to_contain_text(text)
    expect(console.page.get_by_role("alert")).to_have_count(0)


def test_the_page_leads_to_the_documentation(console: Console) -> None:
    console.open()
    for link in console.page.get_by_role("contentinfo").get_by_role("link").all():
        assert console.client.get(f"{console.url}{link.get_attribute('href')}").status_code == 200


# --- the journal ----------------------------------------------------------------------------------------


def test_a_call_appears_in_the_journal_without_a_reload(console: Console) -> None:
    console.open()
    console.client.get(f"{DEFINITIONS}/nothing")
    expect(console.page.get_by_role("log")).to_contain_text("getUserAttributeDefinitionById: 404")
    call = console.page.locator(".call").first
    expect(call).to_contain_text("404")
    expect(console.page.get_by_text("Last request: GET getUserAttributeDefinitionById: 404")).to_be_visible()


def test_a_call_is_shown_with_its_request_beside_its_response_and_why_it_was_refused(console: Console) -> None:
    console.client.post(GROUPS, json={"name": "", "category": "l9"})
    console.open()
    call = console.page.locator(".call", has_text="POST")
    expect(call).to_contain_text("body.")
    expect(call).to_contain_text("more)")
    call.click()
    request = console.page.get_by_role("region", name="Request: body").bounding_box()
    response = console.page.get_by_role("region", name="Response: body").bounding_box()
    assert request is not None
    assert response is not None
    assert request["x"] + request["width"] <= response["x"]
    expect(console.page.get_by_role("region", name="Response: body")).to_contain_text('"status_code": 400')
    expect(console.page.locator(".why")).to_contain_text("body.category")


def test_the_copied_curl_line_makes_the_same_call(console: Console) -> None:
    body = {"name": 'It\'s "new"', "slug": "its-new", "description": "ü", "type": "string"}
    console.client.post(DEFINITIONS, json=body)
    console.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=console.url)
    console.open()
    console.page.locator(".call", has_text="/user_attribute/definition").click()
    console.press("Copy as curl")
    see(console, "Copied")
    line = console.page.evaluate("navigator.clipboard.readText()")
    again = subprocess.run([*shlex.split(line), "-sS"], capture_output=True, check=True)
    assert json.loads(again.stdout)["errors"][0]["field"] == "body.slug"  # it is taken: by the first call


def test_the_journal_is_filtered_by_operation_and_status(console: Console) -> None:
    for path in (f"{GROUPS}/tags", GROUPS, f"{GROUPS}/none", f"{GROUPS}/none"):
        console.client.get(path)
    console.open()
    calls = console.page.locator(".call")
    filters = console.page.locator("#journal-filter")
    filters.get_by_label("Status").select_option("4xx")
    expect(calls).to_have_count(2)
    filters.get_by_label("Operation").select_option("getUserGroupTags")
    expect(calls).to_have_count(0)
    filters.get_by_label("Status").select_option("")
    expect(calls).to_have_count(1)
    console.client.get(f"{GROUPS}/tags")
    console.client.get(GROUPS)
    expect(calls).to_have_count(2)


def test_the_consoles_own_calls_are_hidden_until_they_are_wanted(console: Console) -> None:
    console.client.get(f"{GROUPS}/tags")
    console.open("data")
    expect(console.row("Favourite colour")).to_be_visible()
    console.go("Journal")
    expect(console.page.locator(".call")).to_have_count(1)
    expect(console.page.get_by_text("Last request: GET getUserGroupTags")).to_be_visible()
    console.page.get_by_label("Show requests of this console").check()
    expect(console.page.locator(".call", has_text="/user_attribute/definition?")).to_be_visible()


def test_a_row_says_what_was_asked_and_why_it_was_refused(console: Console) -> None:
    console.client.get(f"{GROUPS}/64f111111111111111111111/users", params={"q": "žluť & co", "page_size": "0"})
    console.open()
    call = console.page.locator(".call")
    expect(call.locator(".name")).to_have_text(f"…{GROUPS}/64f111111111111111111111/users?q=žluť & co&page_size=0")
    expect(call.locator(".reason")).to_contain_text("query.page_size is 0")
    for text in ("GET", "400", " ms"):
        expect(call).to_contain_text(text)
    whole, row = console.page.locator("#journal-list").bounding_box(), call.bounding_box()
    assert whole is not None
    assert row is not None
    assert row["width"] > 0.98 * whole["width"] > 900


def test_calls_of_before_are_counted_and_the_last_one_is_named(console: Console) -> None:
    for _ in range(40):
        console.client.get(f"{GROUPS}/tags")
    console.open()
    expect(console.page.get_by_role("log")).to_have_text("40 requests.")
    expect(console.page.get_by_text("Last request: GET getUserGroupTags: 200")).to_be_visible()
    expect(console.page.get_by_text("No requests yet")).to_have_count(0)


def test_the_journal_is_searched_in_paths_queries_and_bodies(console: Console) -> None:
    body = {"name": "Modrá", "slug": "modra", "description": "d", "type": "string"}
    made = console.client.post(DEFINITIONS, json=body).json()  # httpx sends UTF-8
    escaped = json.dumps({**body, "slug": "modra-2"}).encode()
    console.client.post(DEFINITIONS, content=escaped, headers={"Content-Type": "application/json"})
    console.client.get(f"{DEFINITIONS}/{made['_id']}")
    console.client.get(DEFINITIONS, params={"name": "zelená"})
    console.open()
    calls = console.page.locator(".call")
    expect(calls).to_have_count(4)
    for text, number in (("MODRÁ", 3), (made["_id"], 2), ("zelená", 1), ("nowhere", 0)):
        console.page.get_by_label("Text").fill(text)
        expect(calls).to_have_count(number)
    expect(console.page.get_by_text("No requests match the filter.")).to_be_visible()
    console.client.get(GROUPS, params={"name": "Nowhere"})
    expect(calls).to_have_count(1)


def test_an_open_entry_stays_open_while_requests_come(console: Console) -> None:
    console.client.get(f"{GROUPS}/tags")
    console.open()
    console.page.locator(".call").click()
    response = console.page.get_by_role("region", name="Response: body")
    response.focus()
    console.client.get(f"{GROUPS}/categories")
    expect(console.page.locator(".call")).to_have_count(2)
    expect(response).to_be_focused()
    console.page.locator(".call").last.click()
    expect(response).to_have_count(0)


def test_a_message_stays_on_its_panel(console: Console) -> None:
    console.open("state")
    console.press("Demo")
    see(console, "Reset to demo")
    console.go("Faults")
    expect(console.page.get_by_role("status")).to_have_count(0)


def test_buttons_without_an_effect_are_disabled(console: Console) -> None:
    console.open()
    for panel, names in {
        "Journal": ["Clear", "Switch"],
        "State": ["Run", "Real time"],
        "Faults": ["Remove all rules"],
        "Jobs": ["Set"],
        "Sessions": ["Use default"],
    }.items():
        console.go(panel)
        for name in names:
            expect(console.page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    console.go("State")
    console.press("Freeze")
    expect(console.page.get_by_role("button", name="Freeze")).to_be_disabled()
    expect(console.page.get_by_role("button", name="Run")).to_be_enabled()


def test_a_paused_journal_stands_still(console: Console) -> None:
    console.open()
    console.client.get(f"{GROUPS}/tags")
    expect(console.page.locator(".call", has_text="/user_group/tags")).to_be_visible()
    console.press("Pause")
    console.client.get(f"{GROUPS}/categories")
    expect(console.page.get_by_role("log")).to_contain_text("getUserGroupCategories")
    expect(console.page.locator(".call", has_text="/categories")).to_have_count(0)
    console.press("Pause")
    expect(console.page.locator(".call", has_text="/categories")).to_be_visible()


def test_a_cleared_journal_is_empty(console: Console) -> None:
    console.client.get(f"{GROUPS}/tags")
    console.open()
    console.press("Clear")
    see(console, "Cleared the journal.")
    expect(console.page.locator(".call")).to_have_count(0)
    assert control(console, "GET", "/journal")["items"] == []


# --- data -----------------------------------------------------------------------------------------------


def test_a_definition_that_is_made_changed_and_deleted_here_is_served(console: Console) -> None:
    console.open("data/definitions")
    console.press("New definition")
    console.in_dialog("Create", Name="Hat size", Slug="hat-size", Description="In inches", Type="number")
    see(console, "Created the definition Hat size")
    assert definition(console, "Hat size")["type"] == "number"
    console.search("Hat size")
    console.press("Change Hat size")
    console.in_dialog("Save", Description="In centimetres")
    see(console, "Changed")
    assert definition(console, "Hat size")["description"] == "In centimetres"
    console.press("Delete Hat size")
    console.in_dialog("Delete")
    see(console, "Deleted")
    assert console.get(DEFINITIONS, name="Hat size")["items"] == []


def test_a_refused_edit_says_at_the_field_what_is_wrong(console: Console) -> None:
    console.open("data/definitions")
    console.press("New definition")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Twice")
    dialog.get_by_label("Slug").fill("favourite_colour")
    dialog.get_by_label("Description").fill("d")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is taken")
    expect(dialog.get_by_label("Slug")).to_be_focused()
    expect(dialog.get_by_label("Slug")).to_have_attribute("aria-invalid", "true")
    console.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_value_that_is_set_changed_and_deleted_here_is_served(console: Console) -> None:
    console.open("data/values")
    console.page.get_by_label("User id").fill("somebody/new")
    console.press("Set a value")
    console.in_dialog("Set", Definition="loyalty_points", Value="12")
    see(console, "Set the value")
    path = f"{DEFINITIONS}/64f888888888888888888888/user/somebody%2Fnew"
    assert console.get(path)["attribute"]["value"] == 12
    console.press("Change loyalty_points")
    console.in_dialog("Save", Value="13")
    expect(console.row("loyalty_points")).to_contain_text("13")
    assert console.get(path)["attribute"]["value"] == 13
    console.press("Delete loyalty_points")
    console.in_dialog("Delete")
    expect(console.page.get_by_text("This user has no values.")).to_be_visible()


def test_a_group_of_written_users_is_served_with_them(console: Console) -> None:
    console.open("data/groups")
    console.press("New group")
    console.in_dialog("Create", Name="Written", Description="d", Category="l2", Or_user_ids=f"{USER}\nsome,one")
    see(console, "Created the group Written")
    made = group(console, "Written")
    assert unquote(str(made["file_url"])) == f'data:text/csv,user_id\n{USER}\n"some,one"'
    console.search("Written")
    console.press("Recount Written")
    expect(console.row("Written").get_by_role("cell", name="2", exact=True)).to_be_visible()
    console.page.get_by_role("link", name="Users of Written").click()
    expect(console.page.get_by_role("heading", name="Users of Written")).to_be_visible()
    expect(console.page.get_by_role("link", name=f"Values of {USER}")).to_be_visible()
    console.page.go_back()
    console.press("Change Written")
    console.in_dialog("Save", Name="Rewritten")
    see(console, "Changed the group Rewritten")
    assert group(console, "Rewritten")["category"] == "l2"


def test_a_user_who_is_described_changed_and_forgotten_here_is_served(console: Console) -> None:
    body = {"name": "One of them", "description": "d", "category": "l1", "file_url": "data:text/csv,user_id%0Anew"}
    console.client.post(GROUPS, json=body)
    found = group(console, "One of them")
    console.open("data/users")
    console.press("Add contact data")
    console.in_dialog("Save", User_id="new", Emails="new@example.com, b@example.com", Phone="+91 5550199")
    see(console, "Saved the user new")
    (user,) = console.get(f"{GROUPS}/{found['_id']}/users", q="NEW@")["items"]
    assert [email["email"] for email in user["emails"]] == ["new@example.com", "b@example.com"]
    assert (user["phone_numbers"][0]["country_code"], user["phone_numbers"][0]["phone"]) == (91, "5550199")
    console.search("b@example.com")
    console.press("Change new")
    console.page.get_by_role("dialog").get_by_label("Blacklisted").check()
    console.in_dialog("Save", Emails="other@example.com")
    see(console, "Saved the user new")
    (user,) = console.get(f"{GROUPS}/{found['_id']}/users", blacklisted_users="true")["items"]
    assert [email["email"] for email in user["emails"]] == ["other@example.com"]
    console.search("other@")
    console.press("Delete new")
    console.in_dialog("Delete")
    see(console, "Deleted the contact data of new")
    (user,) = console.get(f"{GROUPS}/{found['_id']}/users")["items"]
    assert user == {"user_id": "new", "emails": [], "phone_numbers": []}


def test_lists_ask_for_twenty_rows_at_a_time(console: Console) -> None:
    urls: list[str] = []
    console.page.on("request", lambda request: urls.append(request.url))
    console.open("data/groups/64f111111111111111111111")
    rows = console.page.locator("#groups-one tbody tr")
    expect(rows).to_have_count(20)
    first = rows.first.inner_text()
    console.press("Next page of users")
    expect(rows).to_have_count(3)
    console.press("Previous page of users")
    expect(rows.first).to_have_text(first, use_inner_text=True)
    lists = [url for url in urls if "/users?" in url]
    assert len(lists) == 3
    assert all("page_size=20" in url for url in lists)


def test_what_the_api_says_is_never_read_as_markup(console: Console) -> None:
    name = "<img src=x onerror=alert(1)>"
    body = {"name": name, "slug": "markup", "description": name, "type": "string"}
    console.client.post(DEFINITIONS, json=body)
    console.open("data/definitions")
    console.search("<img")
    expect(console.row(name)).to_be_visible()
    expect(console.page.locator("main img")).to_have_count(0)
