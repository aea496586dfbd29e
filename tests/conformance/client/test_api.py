"""The client of a check: the URLs that it makes."""

import json

import pytest
from tests.conformance.raw_server import Connection, raw_server

from audience_conformance.client.api import Api, Budget, group_path, user_path, value_path
from audience_conformance.client.ledger import Ledger
from audience_conformance.client.target import Options, Target
from audience_conformance.results.finding import Skip


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_an_id_that_makes_another_url_is_refused(text: str) -> None:
    for make in (group_path, user_path, lambda text: value_path("a", text), lambda text: value_path(text, "a")):
        with pytest.raises(Skip, match="ids that can stand in a URL"):
            make(text)


def test_other_ids_are_encoded() -> None:
    assert group_path("a/../b?c#d") == "/user_group/a%2F..%2Fb%3Fc%23d"
    assert group_path("...") == "/user_group/..."


@pytest.mark.parametrize("created_id", ["", ".", ".."])
def test_such_an_id_of_the_target_is_neither_used_nor_deleted(created_id: str) -> None:
    def answer(connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            received.append(request.partition(" ")[0])
            connection.answer(201, json.dumps({"_id": created_id}).encode())

    with raw_server(answer) as server:
        api = Api(Target(Options(server.url)), Ledger(), Budget(1, 1, 1, 0), "0" * 8)
        created = api.definition()
        with pytest.raises(Skip):
            group_path(created["_id"])
        api.cleanup()
    assert server.received == ["POST"]
