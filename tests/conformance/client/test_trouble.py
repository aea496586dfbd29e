"""Trouble on the way to the target: what is sent again, what is waited for, and what is told."""

import email.utils
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conformance.raw_server import Connection, raw_server

from audience_conformance.client import target as target_module
from audience_conformance.client import trouble
from audience_conformance.client.exchange import Answer
from audience_conformance.client.target import Options, Target
from audience_conformance.client.trouble import (
    CLOSED_KEPT,
    TOO_MANY,
    OutOfTime,
    Unreachable,
    retry_after,
)

OWN_503 = b'{"success":false,"status_code":503,"message":"busy"}'
Serve = Callable[[Connection, list[str]], None]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (trouble, target_module):
        monkeypatch.setattr(module, "PAUSES", (0.0,) * 5)


def each(answer: Callable[[Connection, int, str], bool | None]) -> Serve:
    """Serve with `answer(connection, number of the request, its first line)`; a true value closes the connection."""

    def serve(connection: Connection, received: list[str]) -> None:
        while request := connection.request():
            first, _, headers = request.partition("\r\n")
            received.append(first.rpartition(" ")[0] + "".join(h for h in headers.split("\r\n") if "Token" in h))
            if answer(connection, len(received), first):
                return

    return serve


def send(target: Target, method: str = "GET", path: str = "x") -> Answer:
    return target.send(method, f"{target.options.url}/{path}", {}, None, None)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_a_request_on_a_closed_kept_connection_is_sent_once_more(method: str) -> None:
    def answer(connection: Connection, number: int, _: str) -> bool:
        if number != 2:
            connection.answer(200)
        return number == 2

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        send(target, path="before")
        assert send(target, method).status == 200
    assert server.received == ["GET /before", f"{method} /x", f"{method} /x"]
    ((kind, number, first),) = target.trouble.take()
    assert (kind, number) == (CLOSED_KEPT, 1)
    assert "the request before it: GET /before" in first


def test_a_creation_that_may_have_been_performed_is_not_sent_again() -> None:
    def answer(connection: Connection, number: int, _: str) -> bool:
        if number == 1:
            connection.answer(200)
        return number == 2

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        send(target)
        with pytest.raises(Unreachable) as raised:
            send(target, "POST")
    assert raised.value.passing
    assert server.received == ["GET /x", "POST /x"]


@pytest.mark.parametrize(("still_there", "sent"), [(True, 2), (False, 1)])
def test_a_deletion_is_sent_again_if_what_it_deletes_is_still_there(still_there: bool, sent: int) -> None:
    deletes = []

    def answer(connection: Connection, _: int, first: str) -> bool:
        if first.startswith("DELETE"):
            deletes.append(first)
            if len(deletes) == 1:
                return True
        connection.answer(200 if still_there or first.startswith("DELETE") else 404)
        return False

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        if still_there:
            assert send(target, "DELETE").status == 200
        else:
            with pytest.raises(Unreachable):
                send(target, "DELETE")
    assert len(deletes) == sent


def test_after_a_server_error_the_connection_is_not_used_again() -> None:
    numbers = []

    def answer(connection: Connection, number: int, _: str) -> None:
        numbers.append(connection.number)
        connection.answer(500 if number == 1 else 200)

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        assert [send(target).status for _ in range(3)] == [500, 200, 200]
    assert numbers[0] != numbers[1] == numbers[2]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_429_is_waited_for_and_slows_the_run(method: str) -> None:
    def answer(connection: Connection, number: int, _: str) -> None:
        connection.answer(429, b"", "Retry-After: 0") if number <= 2 else connection.answer(200)

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        assert send(target, method).status == 200
        ((kind, number, text),) = target.take_trouble()
        assert (kind, number) == (TOO_MANY, 2)
        assert re.search(r"--rate-limit \d+/m avoids it", text)


def test_a_retry_after_that_is_too_long_is_told() -> None:
    with raw_server(each(lambda connection, *_: connection.answer(429, b"", "Retry-After: 3600"))) as server:
        with pytest.raises(Unreachable, match="again in 3600 s: give a --rate-limit"):
            send(Target(Options(server.url)))
        assert len(server.received) == 1


def test_a_retry_after_is_seconds_or_a_date() -> None:
    assert (retry_after("7"), retry_after(" 0 "), retry_after(None), retry_after("soon")) == (7, 0, None, None)
    assert retry_after("-7") is None
    for part in ("21 Oct 9999999999999 07:28:00 GMT", "21 Oct 2015 07:28:00 +99999999999999999"):
        assert retry_after(f"Wed, {part}") is None
    later = retry_after(email.utils.formatdate(time.time() + 50, usegmt=True))
    assert later is not None
    assert 30 < later <= 50


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("body", [b"<h1>Bad Gateway</h1>", OWN_503.replace(b"503", b"%d")])
def test_an_answer_of_the_gateway_that_does_not_come_again_is_no_answer_of_the_target(status: int, body: bytes) -> None:
    body = body.replace(b"%d", str(status).encode())
    with raw_server(each(lambda c, number, _: c.answer(status, body) if number == 1 else c.answer(200))) as server:
        assert send(Target(Options(server.url))).status == 200


def test_a_gateway_that_does_not_recover_is_trouble_that_is_counted() -> None:
    with raw_server(each(lambda connection, *_: connection.answer(502, b"<p>"))) as server:
        target = Target(Options(server.url))
        with pytest.raises(Unreachable, match="502 from the gateway"):
            send(target)
        assert target.trouble.take()[0][:2] == ("502 from the gateway", 6)


def test_a_server_error_of_the_target_itself_is_its_answer() -> None:
    with raw_server(each(lambda connection, *_: connection.answer(500, b"{}"))) as server:
        assert send(Target(Options(server.url))).status == 500
        assert len(server.received) == 1
    with raw_server(each(lambda connection, *_: connection.answer(503, OWN_503))) as server:
        target = Target(Options(server.url))
        assert send(target).status == 503
        assert target.trouble.take() == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_everything_ends_the_run(status: int) -> None:
    refuses = each(lambda connection, *_: connection.answer(status))
    with raw_server(refuses) as server, pytest.raises(Unreachable, match="has the token expired") as raised:
        send(Target(Options(server.url)), "POST")
    assert raised.value.fatal


PAGE, MOVED = (200, "Content-Type: text/html; charset=utf-8"), (302, "Location: https://login.example.com/")


@pytest.mark.parametrize(("answer", "why"), [(PAGE, "an HTML page"), (MOVED, "a redirect to https://login.")])
def test_a_page_or_redirect_in_place_of_every_answer_ends_the_run(answer: tuple[int, str], why: str) -> None:
    status, header = answer
    intercepts = each(lambda connection, *_: connection.answer(status, b"<html>", header))
    with raw_server(intercepts) as server, pytest.raises(Unreachable, match=why) as raised:
        send(Target(Options(server.url)), "POST")
    assert raised.value.fatal


@pytest.mark.parametrize(("status", "header"), [PAGE, MOVED])
def test_a_page_or_redirect_in_place_of_some_answers_is_the_targets_own(status: int, header: str) -> None:
    def answer(connection: Connection, _: int, first: str) -> None:
        if "/tags" in first:
            connection.answer(200)
        else:
            connection.answer(status, b"<html>", header)

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        assert send(target).status == status
        assert target.trouble.take() == []


@pytest.mark.parametrize("times", [1, 100])
def test_a_refusal_of_one_request_is_the_targets_own_if_it_comes_again(times: int) -> None:
    refused: list[str] = []

    def answer(connection: Connection, _: int, first: str) -> None:
        if " /x " in first and len(refused) < times:
            refused.append(first)
            connection.answer(403)
        else:
            connection.answer(200)

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        assert send(target).status == (200 if times == 1 else 403)
        assert bool(target.trouble.take()) == (times == 1)


def test_the_header_command_is_run_again_after_a_401(tmp_path: Path) -> None:
    count = tmp_path / "count"

    def answer(connection: Connection, _: int, first: str) -> None:
        connection.answer(200 if count.read_text() == "xx" else 401)

    command = f"printf x >> '{count}'; echo Token: secret-$(wc -c < '{count}')"
    with raw_server(each(answer)) as server:
        target = Target(Options(server.url, header_command=command))
        assert send(target).status == 200
        assert count.read_text() == "xx"
        assert server.received[0].endswith("Token: secret-1")
        assert server.received[-1].endswith("Token: secret-2")
        assert target.secrets == {"token": "$TOKEN"}
        assert set(target.printed_values) == {"secret-1", "secret-2"}


@pytest.mark.parametrize(
    ("command", "message"),
    [("echo oh no >&2; exit 3", "exit code 3: oh no"), ("echo secret", "printed no headers"), ("true", "no headers")],
)
def test_a_header_command_that_fails_ends_the_run(command: str, message: str) -> None:
    target = Target(Options("http://127.0.0.1:9", header_command=command))
    with pytest.raises(Unreachable, match=message) as raised:
        send(target)
    assert raised.value.fatal
    assert "secret" not in str(raised.value)


def test_a_connection_that_is_closed_often_is_not_kept_alive() -> None:
    numbers = []

    def answer(connection: Connection, number: int, _: str) -> bool:
        numbers.append(connection.number)
        if number in (2, 4, 6):
            return True
        connection.answer(200)
        return False

    with raw_server(each(answer)) as server:
        target = Target(Options(server.url))
        for _ in range(8):
            assert send(target).status == 200
    last = numbers[-4:]
    assert len(set(last)) == len(last)


def _is_silent(connection: Connection, _: list[str]) -> None:
    connection.stopped.wait(20)


def test_the_deadline_interrupts_a_request() -> None:
    with raw_server(_is_silent) as server:
        target = Target(Options(server.url, timeout=20.0))
        target.deadline = time.time() + 0.2
        with pytest.raises(OutOfTime):
            send(target)
        with pytest.raises(OutOfTime):
            send(target)
        assert target.sent == 1
