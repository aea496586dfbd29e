"""The journal as HAR 1.2."""

import base64
import json
from datetime import datetime
from typing import Any

from tests.mock.conftest import BASE, Api
from tests.mock.control.helpers import JOURNAL, clock
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition

from audience_mock import __version__
from audience_mock.contract.schema import Schema
from audience_mock.session.journal import LONGEST_BODY

HAR = f"{JOURNAL}/har"


def _object(**properties: Any) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
PAIRS = {"type": "array", "items": _object(name=TEXT, value=TEXT)}
COMMON = {"httpVersion": TEXT, "cookies": PAIRS, "headers": PAIRS, "headersSize": NUMBER, "bodySize": NUMBER}
ENTRY = _object(
    startedDateTime={"type": "string", "format": "date-time"},
    time=NUMBER,
    request=_object(method=TEXT, url=TEXT, queryString=PAIRS, **COMMON),
    response=_object(
        status=NUMBER, statusText=TEXT, redirectURL=TEXT, content=_object(size=NUMBER, mimeType=TEXT), **COMMON
    ),
    cache={"type": "object"},
    timings=_object(send=NUMBER, wait=NUMBER, receive=NUMBER),
)
ARCHIVE = _object(
    log=_object(
        version={"enum": ["1.2"]}, creator=_object(name=TEXT, version=TEXT), entries={"type": "array", "items": ENTRY}
    )
)
"""What the specification of HAR 1.2 requires, as a schema."""


def entries(api: Api, **query: Any) -> list[Json]:
    answer = api.get(HAR, **query)
    assert answer.status_code == 200
    archive = answer.json()
    assert Schema(ARCHIVE).violations(archive, "har") == []
    found: list[Json] = archive["log"]["entries"]
    return found


def test_an_archive_has_every_entry_oldest_first(api: Api) -> None:
    api.get(GROUPS)
    api.post(DEFINITIONS, {})
    api.get("/hats")
    assert [entry["response"]["status"] for entry in entries(api)] == [200, 400, 404]
    assert [entry["response"]["status"] for entry in entries(api, status="4xx")] == [400, 404]
    assert [entry["response"]["status"] for entry in entries(api, limit=1)] == [404]


def test_an_empty_archive_names_its_creator_and_is_saved_as_a_file(api: Api) -> None:
    assert entries(api) == []
    answer = api.get(HAR)
    assert answer.json()["log"]["creator"] == {"name": "audience-mock", "version": __version__}
    assert answer.headers["content-disposition"] == 'attachment; filename="audience-mock.har"'


def test_an_entry_has_the_complete_request_and_response(api: Api) -> None:
    clock(api, freeze="2030-01-02T03:04:05.678Z")
    sent = a_definition("größe")
    answer = api.request("POST", f"{DEFINITIONS}/a%2Fb", json=sent, params={"name": "ä b"})
    (entry,) = entries(api)
    request, response = entry["request"], entry["response"]
    assert datetime.fromisoformat(entry["startedDateTime"]) == datetime.fromisoformat("2030-01-02T03:04:05.678Z")
    assert request["url"] == str(answer.request.url)
    assert request["url"].startswith(f"http://localhost{BASE}{DEFINITIONS}/a%2Fb?name=")
    assert request["queryString"] == [{"name": "name", "value": "ä b"}]
    assert request["postData"]["mimeType"] == "application/json"
    assert json.loads(request["postData"]["text"]) == sent
    assert request["bodySize"] == len(answer.request.content)
    assert (response["status"], response["statusText"]) == (405, "Method Not Allowed")
    assert response["content"] == {"size": len(answer.content), "mimeType": "application/json", "text": answer.text}
    assert entry["comment"].startswith("refused: POST is not allowed")
    assert entry["time"] == sum(entry["timings"].values()) > 0


def test_binary_bodies_are_in_base64(api: Api) -> None:
    icon = api.get("//ui/favicon-32x32.png").content
    api.request("POST", DEFINITIONS, content=b"\xff\x00", headers={"Content-Type": "application/octet-stream"})
    got, sent = entries(api)
    content = got["response"]["content"]
    assert (content["mimeType"], content["encoding"]) == ("image/png", "base64")
    assert base64.b64decode(content["text"]) == icon
    assert base64.b64decode(sent["request"]["postData"]["text"]) == b"\xff\x00"
    assert sent["request"]["postData"]["_encoding"] == "base64"


def test_a_cut_body_has_a_comment(api: Api) -> None:
    api.post(DEFINITIONS, a_definition(description="x" * LONGEST_BODY))
    (entry,) = entries(api)
    data = entry["request"]["postData"]
    assert len(data["text"]) == LONGEST_BODY < entry["request"]["bodySize"]
    assert data["comment"].startswith("cut: ")


def test_a_redirect_has_its_target(api: Api) -> None:
    api.get("//ui")
    assert entries(api)[0]["response"]["redirectURL"] == "/ui/"
