"""Responses that break the contract become a 500 with --check-responses; a crash is a 500 in the error shape."""

import logging
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from starlette.responses import Response
from starlette.types import Message, Send
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, one_mock, refused

from audience_mock.errors import Refusal
from audience_mock.store.collection import Collection

FAVOURITE_COLOUR = f"{DEFINITIONS}/64f666666666666666666666"
READ = "getUserAttributeDefinitionById"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with one_mock() as api:
        yield api


class _Lying(Refusal):
    """A refusal whose body deviates."""

    changes: ClassVar[Json] = {}

    def body(self) -> Json:
        body = {**super().body(), **self.changes}
        return {key: value for key, value in body.items() if value is not None}


def deviate(monkeypatch: pytest.MonkeyPatch, record: Any) -> None:
    """Let the store return this record for every id."""
    monkeypatch.setattr(Collection, "get", lambda *_: record)


def refuse(monkeypatch: pytest.MonkeyPatch, status: int, **changes: Any) -> None:
    """Let the store refuse with this status and these changes of the body; None leaves a field out."""
    kind = type("Lying", (_Lying,), {"changes": changes})

    def get(*_: Any) -> Any:
        raise kind(status, "No.")

    monkeypatch.setattr(Collection, "get", get)


Complaint = Callable[..., list[str]]


@pytest.fixture
def complaint(caplog: pytest.LogCaptureFixture) -> Complaint:
    """The fields of the 500 to a request; its message and the log name the operation and each field."""

    def fields(api: Api, path: str, operation_id: str) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            answer = api.get(path)
        found = refused(answer, 500)
        logged = "\n".join(r.getMessage() for r in caplog.records if r.levelno == logging.ERROR)
        assert found
        for text in (answer.json()["message"], logged):
            assert operation_id in text
            assert all(field in text for field in found)
        return found

    return fields


def record(api: Api, **changes: Any) -> Json:
    """Favourite colour, with these fields changed; None leaves one out."""
    changed = {**api.get(FAVOURITE_COLOUR).json(), **changes}
    return {key: value for key, value in changed.items() if value is not None or key == "default_value"}


DEVIATIONS: list[tuple[Json, list[str]]] = [
    ({"slug": None}, ["body.slug"]),
    ({"_id": None, "type": None}, ["body._id", "body.type"]),
    ({"encrypted": "no"}, ["body.encrypted"]),
    ({"name": 5, "pinned": 1}, ["body.name", "body.pinned"]),
    ({"default_value": [1]}, ["body.default_value"]),
    ({"validations": [{"type": "max", "value": 1}, {"type": "longest"}]}, ["body.validations.1.type"]),
    ({"created_at": "yesterday"}, ["body.created_at"]),
    ({"created_at": "2024-01-15T09:30:00"}, ["body.created_at"]),
    (
        {"modified_at": "2024-02-30T09:30:00Z", "created_at": "2024-01-15 09:30"},
        ["body.created_at", "body.modified_at"],
    ),
]


@pytest.mark.parametrize(("changes", "fields"), DEVIATIONS)
def test_a_body_that_breaks_its_schema_is_a_500_that_says_where(
    api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint, changes: Json, fields: list[str]
) -> None:
    """FMT-02, FMT-11."""
    deviate(monkeypatch, record(api, **changes))
    assert sorted(complaint(api, FAVOURITE_COLOUR, READ)) == fields


def test_items_of_lists_are_validated(api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint) -> None:
    """FMT-02."""
    found = [record(api), record(api, is_locked=0)], 2
    monkeypatch.setattr(Collection, "page", lambda *_: found)
    assert complaint(api, DEFINITIONS, "getUserAttributeDefinitions") == ["body.items.1.is_locked"]


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 401, 409, 418, 501, 503])
def test_a_status_that_the_operation_does_not_document_is_a_500(
    api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint, status: int
) -> None:
    """FMT-01: operation 16 documents 200 and 404."""
    refuse(monkeypatch, status)
    found = complaint(api, f"{GROUPS}/x", "getUserGroupById")
    if status == 200:
        assert "body._id" in found
    else:
        assert found == ["status"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"status_code": 400}, ["body.status_code"]),
        ({"status_code": "404"}, ["body.status_code"]),
        ({"status_code": None}, ["body.status_code"]),
        ({"success": True}, ["body.success"]),
        ({"message": ""}, ["body.message"]),
        ({"message": None}, ["body.message"]),
        ({"errors": [{"field": "x"}]}, ["body.errors.0.message"]),
    ],
)
def test_an_error_body_is_validated(
    api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint, changes: Json, fields: list[str]
) -> None:
    """ERR-01, ERR-02."""
    refuse(monkeypatch, 404, **changes)
    assert complaint(api, FAVOURITE_COLOUR, READ) == fields


def test_a_400_needs_errors(api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint) -> None:
    """ERR-03."""

    def page(*_: Any) -> Any:
        raise Refusal(400, "No.")

    monkeypatch.setattr(Collection, "page", page)
    assert complaint(api, DEFINITIONS, "getUserAttributeDefinitions") == ["body.errors"]


def test_a_response_without_an_operation_is_validated(
    api: Api, monkeypatch: pytest.MonkeyPatch, complaint: Complaint
) -> None:
    """ERR-02."""
    monkeypatch.setattr("audience_mock.errors.unknown_path", lambda _: _Lying(404, ""))
    assert complaint(api, f"/{BASE}/nothing", "no operation") == ["body.message"]


class _Written:
    """Stands in for send_json where operations' answers are written."""

    def __init__(self, content: bytes, media_type: str | None) -> None:
        self._content, self._media_type = content, media_type

    async def __call__(self, send: Send, status: int, _: Any) -> None:
        await Response(self._content, status, media_type=self._media_type)({"type": "http"}, _nothing, send)


async def _nothing() -> Message:
    raise AssertionError("nothing is to be received")


@pytest.mark.parametrize(
    ("content", "media_type", "field"),
    [
        (b"{}", "text/html", "header.content-type"),
        (b"{}", "application/problem+json", "header.content-type"),
        (b"{}", None, "header.content-type"),
        (b"{", "application/json", "body"),
        (b"", "application/json", "body"),
        (b"\xff", "application/json", "body"),
        (b"[]", "application/json", "body"),
    ],
)
def test_a_response_that_is_not_json_is_a_500(
    make_api: MakeApi,
    monkeypatch: pytest.MonkeyPatch,
    complaint: Complaint,
    content: bytes,
    media_type: str | None,
    field: str,
) -> None:
    """FMT-03."""
    api = make_api()
    monkeypatch.setattr("audience_mock.middleware.dispatch.send_json", _Written(content, media_type))
    assert complaint(api, f"{GROUPS}/tags", "getUserGroupTags") == [field]
    unchecked = make_api(check_responses=False).get(f"{GROUPS}/tags")
    assert (unchecked.status_code, unchecked.content) == (200, content)


def test_without_validation_a_deviating_response_is_sent_unchanged(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = make_api(check_responses=False)
    deviating = record(api, slug=None, created_at="yesterday")
    deviate(monkeypatch, deviating)
    answer = api.get(FAVOURITE_COLOUR)
    assert (answer.status_code, answer.json()) == (200, deviating)
    refuse(monkeypatch, 418, status_code=5)
    assert (answer := api.get(FAVOURITE_COLOUR)).status_code == 418
    assert answer.json() == {"success": False, "status_code": 5, "message": "No."}


def test_a_valid_response_is_sent_unchanged(make_api: MakeApi) -> None:
    def answers(*, check_responses: bool) -> list[tuple[int, bytes]]:
        api = make_api(check_responses=check_responses)
        pages = ("//x", "//openapi.json", "//ui/")
        paths = (FAVOURITE_COLOUR, DEFINITIONS, f"{GROUPS}/x", f"{DEFINITIONS}?page_no=0", *pages)
        return [(answer.status_code, answer.content) for answer in (api.request("GET", path) for path in paths)]

    assert answers(check_responses=True) == answers(check_responses=False)


# --- crashes ----------------------------------------------------------------------------------------


def crash(*_: Any) -> Any:
    raise RuntimeError("secret detail")


@pytest.mark.parametrize("check_responses", [False, True])
def test_a_crash_is_a_500_in_the_error_shape_and_logged(
    make_api: MakeApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, check_responses: bool
) -> None:
    """ERR-01, ERR-02."""
    api = make_api(raise_faults=False, check_responses=check_responses)
    monkeypatch.setattr(Collection, "get", crash)
    with caplog.at_level(logging.ERROR):
        answer = api.get(FAVOURITE_COLOUR)
    refused(answer, 500)
    assert "RuntimeError" in answer.json()["message"]
    assert "secret detail" not in answer.text
    crashes = [r for r in caplog.records if r.exc_info and isinstance(r.exc_info[1], RuntimeError)]
    assert len(crashes) == 1
    assert FAVOURITE_COLOUR in crashes[0].getMessage()
    monkeypatch.undo()
    assert api.get(FAVOURITE_COLOUR).status_code == 200


def test_a_crash_in_a_job_is_logged_and_harms_no_request(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("audience_mock.store.groups.Groups.refresh", crash)
    with caplog.at_level(logging.ERROR):
        answer = api.post(f"{GROUPS}/64f111111111111111111111/refresh")
        api.settle()
    assert answer.status_code == 202
    assert [r.name for r in caplog.records if r.exc_info] == ["audience_mock.jobs"]
    assert api.get(f"{GROUPS}/64f111111111111111111111").status_code == 200
