"""The entries of a HAR report: what HAR 1.2 asks for, and no secret."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cli_runner import conformance

from audience_conformance.client.exchange import Answer
from audience_conformance.client.har import HIDDEN, MAX_BODY, HarLog, read_entries

REQUIRED = {
    "": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
    "response": {
        *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
        *("headersSize", "bodySize"),
    },
    "timings": {"send", "wait", "receive"},
}


def entry(folder: Path, answer: Answer | None, body: bytes | None = None, **headers: str) -> dict[str, Any]:
    request = ("POST", "http://h/x?a=1&b=&t=s3cret-value", list(headers.items()), body)
    HarLog(folder).add(request, answer, 0.25, [("X-Mine", "Bearer s3cret-value"), ("X-Short", "a")])
    read: dict[str, Any] = json.loads(read_entries(folder)[-1])
    for name, required in REQUIRED.items():
        assert required <= set(read[name] if name else read)
    return read


def test_an_entry_has_the_request_and_the_answer(tmp_path: Path) -> None:
    answer = Answer(404, {"Content-Type": "application/json"}, b'{"a": "\xc3\xa9"}')
    read = entry(tmp_path, answer, b"{}", **{"Content-Type": "application/json"})
    assert read["request"]["postData"] == {"mimeType": "application/json", "text": "{}"}
    assert read["request"]["queryString"][:2] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert read["response"]["statusText"] == "Not Found"
    assert read["response"]["content"] == {"size": 11, "mimeType": "application/json", "text": '{"a": "é"}'}
    assert read["time"] == read["timings"]["wait"] == 250


def test_no_secret_is_in_it(tmp_path: Path) -> None:
    sent = {"X-Mine": "Bearer s3cret-value", "X-Api-Key": "other", "Accept": "a", "Cookie": "id=c00kie"}
    answer = Answer(200, {"Set-Cookie": "id=c00kie", "X-Auth-Token": "other"}, b"you sent s3cret-value")
    read = entry(tmp_path, answer, b'{"x": "s3cret-value"}', **sent)
    text = json.dumps(read)
    assert not [secret for secret in ("s3cret", "other", "c00kie") if secret in text]
    assert read["request"]["headers"][2] == {"name": "Accept", "value": "a"}
    assert read["response"]["content"]["text"] == f"you sent {HIDDEN}"


def test_a_request_without_an_answer_has_the_status_0(tmp_path: Path) -> None:
    read = entry(tmp_path, None)
    assert (read["response"]["status"], read["comment"]) == (0, "no answer came")


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"\xff\x00", {"text": "/wA=", "encoding": "base64"}),
        (b"a" * (MAX_BODY + 1), {"text": "a" * MAX_BODY, "comment": f"cut to {MAX_BODY} of {MAX_BODY + 1} bytes"}),
    ],
)
def test_bytes_are_encoded_and_long_bodies_cut(tmp_path: Path, content: bytes, shown: dict[str, str]) -> None:
    read = entry(tmp_path, Answer(200, {}, content), content)
    assert read["response"]["content"] == {"size": len(content), "mimeType": "x-unknown", **shown}
    assert "text" in read["request"]["postData"]


def test_the_report_has_every_request_of_the_run(url: str, tmp_path: Path) -> None:
    options = ["--url", url, "--rules", "DEF-02,DEF-06", "--report", "har,json", "--report-dir", str(tmp_path)]
    conformance("run", *options, "-H", "X-Mine: s3cret-value")
    text = (tmp_path / "run.har").read_text()
    log = json.loads(text)["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "audience-conformance")
    assert len(log["entries"]) == json.loads((tmp_path / "report.json").read_text())["requests"]
    assert "s3cret" not in text
    assert [entry["startedDateTime"] for entry in log["entries"]] == sorted(
        entry["startedDateTime"] for entry in log["entries"]
    )
    assert {entry["request"]["method"] for entry in log["entries"]} >= {"GET", "POST", "DELETE"}
