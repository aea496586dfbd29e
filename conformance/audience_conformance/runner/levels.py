"""The level of a finding is that of what it rests on: what only a decision forbids or allows breaks no MUST rule."""

from collections.abc import Callable
from http import HTTPStatus

from audience_conformance.checks.protocol.requests.decisions import FILE_URL, decision_behind_exchange, names_data_url
from audience_conformance.client.exchange import Exchange
from audience_conformance.results.finding import Finding
from audience_conformance.results.result import Result

DECIDED = {"FMT-01": "FMT-14", "FMT-02": "FMT-12", "FMT-05": "FMT-13"}
"""Rules about what the documents print -> those about what the contract decided."""
EDGE = "FMT-14"
OF_ANY_ANSWER = {"FMT-03", "FMT-04", "ERR-01", "ERR-02", "ERR-03", "ERR-04"}
"""Rules that a refusal may break too, however right it is."""
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}


def name_decision(
    result: Result,
    finding: Finding,
    exchanges: list[Exchange],
    base_url: str,
    takes_data_urls: Callable[[], bool] = lambda: True,
) -> None:
    """Give a finding the rule of the decision, if that is all that it rests on.

    It is the keyword that was broken, or the one that a valid request needs that was refused at the end: one that had
    to be refused, only with another status, needs none.

    Args:
        result: of the check.
        finding: what the check raised.
        exchanges: the requests that led to it.
        base_url: of the target.
        takes_data_urls: does the target take a group whose file is in its URL: that it must is a decision.
    """
    if result.rests_on:
        if result.source != "documents":
            result.rule = DECIDED.get(result.rule, result.rule)
    elif (
        result.rule not in OF_ANY_ANSWER
        and not _expects_refusal(finding)
        and (refused := _refused(result, finding, exchanges))
    ):
        result.rests_on = list(decision_behind_exchange(refused, base_url))
        if not result.rests_on and names_data_url(refused) and not takes_data_urls():
            result.rests_on = list(FILE_URL)
        if result.rests_on:
            result.rule = EDGE


def _expects_refusal(finding: Finding) -> bool:
    return any(status.startswith("4") for status in finding.statuses)


def _refused(result: Result, finding: Finding, exchanges: list[Exchange]) -> Exchange | None:
    """The refused request that a finding is about: the last of all; if a MUST rule is broken, that with the actual."""
    about = exchanges[-1:]
    if result.level == "MUST":
        about += [one for one in reversed(exchanges) if one.answer is not None and str(one.answer) in finding.actual][
            :1
        ]
    return next((one for one in about if one.answer is not None and one.answer.status in _REFUSALS), None)
