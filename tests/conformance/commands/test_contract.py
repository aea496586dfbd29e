import copy
import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from tests.conformance.cli_runner import Done, conformance
from tests.yaml_files import read_yaml

from audience_conformance.contract import document, location
from audience_conformance.contract.open_tenants import TENANT, open_contract

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "openapi.yaml").read_text("utf-8")


def shown(*arguments: str) -> str:
    done: Done = conformance("contract", *arguments, samples=False)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_contract_is_printed_as_it_is() -> None:
    assert shown() == TEXT


def test_as_json_it_is_the_same_document() -> None:
    printed = json.loads(shown("--json"))
    assert printed == read_yaml(TEXT)
    assert list(printed) == list(read_yaml(TEXT))


def test_the_open_rendering_is_valid_openapi_in_yaml_and_json() -> None:
    printed = read_yaml(shown("--open-tenants"))
    validate(printed)
    assert printed == json.loads(shown("--open-tenants", "--json")) == open_contract()


def test_the_open_rendering_has_the_contracts_order_and_blocks_of_text() -> None:
    text = shown("--open-tenants")
    assert list(read_yaml(text)) == list(read_yaml(TEXT))
    assert list(read_yaml(text)["paths"]) == list(read_yaml(TEXT)["paths"])
    assert "  description: |\n" in text
    assert "&id" not in text


def test_the_open_rendering_passes_the_linter(tmp_path: Path) -> None:
    (tmp_path / "open.yaml").write_text(shown("--open-tenants"), "utf-8")
    done = conformance("lint", tmp_path / "open.yaml", samples=False)
    assert (done.code, done.out) == (0, "")


def test_the_front_page_is_true_in_the_open_rendering_too() -> None:
    description = " ".join(open_contract()["info"]["description"].split())
    _, _, tenants = description.partition("## Tenants ")
    assert "This file" not in tenants.partition("##")[0]
    assert (
        "The contract itself lists only the documents' example; the open rendering (README: `tenants=open`)" in tenants
    )


def in_parameters(contract: dict[str, Any]) -> None:
    """Put the enums into the parameters, where the contract has them in named schemas."""
    for parameter in contract["components"]["parameters"].values():
        if parameter["name"] in TENANT:
            parameter["schema"] = copy.deepcopy(document.follow(parameter["schema"], contract))
    for name in ("ServedCompany", "ServedApplication"):
        contract["components"]["schemas"].pop(name, None)


def in_one_operation(contract: dict[str, Any]) -> None:
    """One operation has its own parameter, which overrides that of its path."""
    in_parameters(contract)
    operation = contract["paths"][PATH]["get"]
    declared = {"name": "company_id", "in": "path", "required": True, "schema": {"type": "string", "enum": ["559"]}}
    operation["parameters"] = [declared, *operation.get("parameters", [])]


PATH = "/company/{company_id}/application/{application_id}/user_group/tags"


@pytest.mark.parametrize("move", [lambda _: None, in_parameters, in_one_operation])
def test_no_enum_of_company_or_application_is_left_wherever_it_stood(
    monkeypatch: pytest.MonkeyPatch, move: Any
) -> None:
    contract = read_yaml(TEXT)
    move(contract)
    every = enums(contract)
    assert any(enum in CLOSED for enum in every)
    before = copy.deepcopy(contract)
    monkeypatch.setattr("audience_conformance.contract.open_tenants.contract", lambda: contract)
    opened = open_contract()
    assert enums(opened) == [enum for enum in every if enum not in CLOSED]
    assert contract == before
    validate(opened)


CLOSED = (["559"], ["64b000000000000000000001"])
"""The enums of the documents' company and application."""


def enums(node: Any) -> list[Any]:
    """All enums of schemas, in the order of the file."""
    if isinstance(node, list):
        return [found for item in node for found in enums(item)]
    if not isinstance(node, dict):
        return []
    own = [node["enum"]] if isinstance(node.get("enum"), list) else []
    return [*own, *(found for value in node.values() for found in enums(value))]


def test_without_the_contract_the_command_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise FileNotFoundError("no openapi.yaml at /nowhere; name the file to read")

    monkeypatch.setattr(location, "contract_path", missing)
    done = conformance("contract", samples=False)
    assert (done.code, done.out) == (2, "")
    assert done.err == "audience-conformance contract: no openapi.yaml at /nowhere; name the file to read\n"
