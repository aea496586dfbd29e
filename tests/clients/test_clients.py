"""What `make clients` accepts as proof, and what it says where there is none."""

from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from tests.clients import __main__ as command
from tests.clients.clients import expect_names_kept
from tests.clients.commands import Failed, run
from tests.clients.converters import lists_with_items, requests_of, successes
from tests.clients.mock import mock

CONTRACT = "components: {schemas: {Error: {type: object}, Group: {type: object}}}"


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "openapi.yaml"
    file.write_text(CONTRACT, "utf-8")
    return file


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What ran: in place of go a check that passes, in place of orval one that fails."""
    ran: list[str] = []

    def good(folder: Path, contract: Path) -> str:
        ran.append("good")
        return "all of it"

    def bad(folder: Path, contract: Path) -> str:
        ran.append("bad")
        raise Failed("nothing works")

    monkeypatch.setitem(command.PEERS, "go", command.Peer("Good", good))
    monkeypatch.setitem(command.PEERS, "orval", command.Peer("Bad", bad))
    monkeypatch.setattr(command, "CACHE", tmp_path)
    monkeypatch.setattr(command, "install", lambda: None)
    return ran


def invoke(name: str, contract: Path) -> Result:
    return CliRunner().invoke(command.main, [name, "--contract", str(contract)])


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failed, match="java is not on this machine: apt-get install default-jre-headless"):
        run(("java", "-version"), tmp_path)


def test_a_command_that_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"(?s)Exit code 3 of: sh .*no such thing"):
        run(("sh", "-c", "echo no such thing; exit 3"), tmp_path)
    assert "no such thing" in (tmp_path / "log.txt").read_text("utf-8")


def test_a_schema_that_the_generator_renames_is_a_failure(contract: Path) -> None:
    with pytest.raises(Failed, match=r"reserved: Error$"):
        expect_names_kept(
            "WARN Error (model name matches existing language type) cannot be used as a model name", contract
        )


def test_a_language_type_that_the_generator_renames_is_none(contract: Path) -> None:
    expect_names_kept("WARN string (reserved word) cannot be used as model name. Renamed to model_string", contract)


def test_an_inline_schema_is_a_failure(contract: Path) -> None:
    with pytest.raises(Failed, match=r"components/schemas: Group_tags_inner$"):
        expect_names_kept("Inline schema created as Group_tags_inner. To have complete control", contract)


def test_all_tests_of_specmatic_have_to_succeed() -> None:
    assert successes("Tests run: 20, Successes: 20, Failures: 0, WIP: 0") == "20 of 20 tests"
    for summary in ("Tests run: 20, Successes: 19, Failures: 1", "Tests run: 0, Successes: 0, Failures: 0", "done"):
        with pytest.raises(Failed, match="Specmatic"):
            successes(summary)


def test_the_requests_of_a_collection_stand_in_nested_folders() -> None:
    collection = {"item": [{"item": [{"request": {"method": "GET"}}]}, {"request": {"method": "PUT"}}]}
    assert [request["method"] for request in requests_of(collection)] == ["GET", "PUT"]


def test_an_empty_list_is_named() -> None:
    assert lists_with_items({"GET /a": {"items": [1]}, "GET /b": {"_id": "1"}}) == "1 of 1 lists with items"
    with pytest.raises(Failed, match="No items from GET /b"):
        lists_with_items({"GET /a": {"items": [1]}, "GET /b": {"user_groups": {}}})
    with pytest.raises(Failed, match="No request of the collection is a list"):
        lists_with_items({"GET /b": {"_id": "1"}})


def test_operations_that_a_client_did_not_call_are_named() -> None:
    with mock("documents") as server:
        httpx.get(f"{server.url}/company/559/application/64b000000000000000000001/user_group/tags").raise_for_status()
        with pytest.raises(Failed, match=r"No success of .*\bdeleteUserGroup\b") as failure:
            server.expect_all_operations()
        assert "getUserGroupTags" not in str(failure.value)
        assert server.bodies("getUserGroupTags", 200) == [{"items": ["loyal", "spring", "vip"]}]


def test_a_peer_that_passed_is_skipped_until_the_contract_changes(cli: list[str], contract: Path) -> None:
    assert "ok       all of it" in invoke("go", contract).output
    assert "skipped  passed before" in invoke("go", contract).output
    assert cli == ["good"]
    contract.write_text(CONTRACT + "\n", "utf-8")
    invoke("go", contract)
    assert cli == ["good", "good"]


def test_a_peer_that_failed_is_run_again_and_fails_the_command(cli: list[str], contract: Path) -> None:
    for _ in range(2):
        result = invoke("orval", contract)
        assert result.exit_code == 1
        assert "FAILED   nothing works" in result.output
    assert cli == ["bad", "bad"]
