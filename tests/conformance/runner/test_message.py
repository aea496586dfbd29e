"""A result that leaves its worker has no secret in it, whatever the target repeated."""

from audience_conformance.results.result import Result
from audience_conformance.runner.message import scrubbed
from audience_conformance.settings.parse import read_settings


def test_no_text_of_a_finding_holds_a_secret() -> None:
    said = "you said sesame-1234"
    settings = read_settings({"headers": ["Authorization: Bearer sesame-1234"], "url": "http://127.0.0.1:1"})
    found = Result("DEF-05", "a_check", "", "failed", said, said, curl=[said], answer=said, script=said)
    result = scrubbed(found, settings)
    assert "sesame" not in str(result.data())
    assert result.script == result.answer == "you said $TOKEN"
