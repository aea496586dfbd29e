import copy

import pytest

from audience_conformance.checks.protocol import schemathesis_bridge
from audience_conformance.contract.document import contract


def test_schemathesis_reads_a_contract_whose_file_url_has_no_format(monkeypatch: pytest.MonkeyPatch) -> None:
    without = copy.deepcopy(contract())
    without["components"]["schemas"]["FileUrl"].pop("format", None)
    monkeypatch.setattr(schemathesis_bridge, "contract", lambda: without)
    schema = schemathesis_bridge._schema.__wrapped__(("559", "64b000000000000000000001"))
    assert schema.raw_schema["components"]["schemas"]["FileUrl"] == without["components"]["schemas"]["FileUrl"]
