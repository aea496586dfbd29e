"""Swagger UI in a browser that reaches no other host."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect
from tests.mock.console.conftest import TIMEOUT

from audience_mock.testing import MockServer


@contextmanager
def swagger_ui(browser: Browser, mock: MockServer) -> Iterator[Page]:
    """The page, loaded; at the end there were no errors and no request to another host."""
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT)
    problems: list[str] = []
    context.route(lambda url: not url.startswith(f"{mock.url}/"), lambda route: route.abort())
    page = context.new_page()
    page.on("requestfailed", lambda request: problems.append(f"{request.url} failed"))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{mock.url}/ui/")
    page.wait_for_selector(".opblock")
    yield page
    context.close()
    assert problems == []


def execute(page: Page, operation_id: str) -> str:
    """Try the operation out with its examples; the status of the response."""
    operation = page.locator(f".opblock[id$={operation_id}]")
    if "is-open" not in (operation.get_attribute("class") or ""):
        operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table tbody .response-col_status")
    expect(status).to_be_visible(timeout=TIMEOUT)
    return status.inner_text().split()[0]


def test_all_operations_are_shown_and_answer_their_examples(browser: Browser) -> None:
    with MockServer(seed="documents", job_delay=0) as mock, swagger_ui(browser, mock) as page:
        assert page.locator(".opblock").count() == 20
        assert page.get_by_role("button", name="Authorize").count() == 0
        for operation_id in ("getUserAttributeDefinitions", "getUserAttributeById", "getUsersByByGroupId"):
            assert execute(page, operation_id) == "200"
        assert execute(page, "createUserAttributeDefinition") == "201"


def test_a_required_token_is_entered_once_and_sent(browser: Browser) -> None:
    with MockServer(seed="documents", bearer="s3cret", job_delay=0) as mock, swagger_ui(browser, mock) as page:
        page.get_by_role("button", name="Authorize").first.click()
        dialog = page.locator(".modal-ux")
        dialog.get_by_role("textbox").fill("s3cret")
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.get_by_role("button", name="Close").first.click()
        assert execute(page, "getUserGroups") == "200"
        assert execute(page, "getUserGroupById") == "200"
        sent = page.locator(".opblock[id$=getUserGroups] .curl").inner_text()
        assert "Authorization: Bearer s3cret" in sent
