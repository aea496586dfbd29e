"""Which fields the errors of a 400 must name."""

import json

import pytest

from audience_conformance.checks.protocol.error_bodies import _names_its_fields
from audience_conformance.checks.protocol.requests.call import Call
from audience_conformance.client.exchange import Answer
from audience_conformance.results.finding import Finding


def name(fields: tuple[str, ...], *named: str) -> None:
    errors = [{"field": field, "message": "It is wrong."} for field in named]
    call = Call("bulkUpdateUserAttributes", fields=fields)
    _names_its_fields(call, Answer(400, {}, json.dumps({"errors": errors}).encode()))


@pytest.mark.parametrize("named", ["body.attributes.0.key", "attributes[0].key", "Key", "body.attributes"])
def test_a_field_or_one_that_holds_it_is_named(named: str) -> None:
    name(("attributes.key",), named)


@pytest.mark.parametrize("named", ["body", "body.file_url", "attribute", "value"])
def test_another_field_does_not_name_it(named: str) -> None:
    with pytest.raises(Finding, match="errors to name attributes"):
        name(("attributes.key",), named)
