import sys
from pathlib import Path

import pytest

from audience_conformance.contract import location as contract

ROOT = Path(__file__).parents[3]


def test_in_a_checkout_the_contract_is_the_file_at_the_root() -> None:
    assert contract.contract_path() == ROOT / "openapi.yaml"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site-packages that holds the suite, beside it an empty place for the mock."""
    monkeypatch.setattr(contract, "__file__", str(tmp_path / "audience_conformance" / "contract" / "location.py"))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    # A checkout of a pytest run may have the mock imported; find_spec would answer from that.
    monkeypatch.delitem(sys.modules, "audience_mock", raising=False)
    return tmp_path


def test_installed_the_contract_is_the_copy_in_the_mock_which_is_not_imported(installed: Path) -> None:
    copy = installed / "audience_mock" / "openapi.yaml"
    copy.parent.mkdir()
    copy.with_name("__init__.py").write_text("raise AssertionError('imported')")
    copy.write_text("openapi: 3.0.3")
    (installed.parent / "openapi.yaml").write_text("a stray file")
    assert contract.contract_path() == copy
    assert "audience_mock" not in sys.modules


def test_without_a_contract_the_message_says_what_to_do(installed: Path) -> None:
    with pytest.raises(FileNotFoundError, match="name the file to read"):
        contract.contract_path()
