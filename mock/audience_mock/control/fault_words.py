"""What a fault rule will do, in words."""

from http import HTTPStatus
from typing import Any

from audience_mock.control.calls import Json
from audience_mock.control.documented import documented
from audience_mock.errors import show
from audience_mock.session.fault_rules import EFFECTS, step_effect

MAX_TURNS = 10
"""Steps of a sequence that are listed."""
_KINDS = {
    "drop": "drops the connection",
    "half": "sends half of the response",
    "malformed": "sends a body that is not JSON",
}


def in_words(rule: Json) -> str:
    """A sentence like "Each GET …/user_group whose query has page_no=2 answers 503 after 500 ms, 2 times"."""
    does = _turns(rule["sequence"], rule) if "sequence" in rule else _effect(rule)
    return f"Each {_request(rule)} {does}{_how_often(rule)}"


# --- which requests -------------------------------------------------------------------------------------


def _request(rule: Json) -> str:
    method, path = rule.get("method"), rule.get("path")
    if "operation" in rule:
        operation = documented()[rule["operation"]]
        method = operation.method
        path = path or f"…{operation.path.partition('/application/{application_id}')[2]}"
    words = " ".join(filter(None, [method, path])) or "request"
    asked = [
        *(f"the parameter {_pair(name, value)}" for name, value in rule.get("parameters", {}).items()),
        *(f"the query {_pair(name, value)}" for name, value in rule.get("query", {}).items()),
        *(f"the header {_pair(name, value, ': ')}" for name, value in rule.get("request_headers", {}).items()),
    ]
    if "request_body" in rule:
        asked.append(f"the body {show(rule['request_body'])}")
    return f"{words} with {_listed(asked)}" if asked else words


def _pair(name: str, value: Any, sign: str = "=") -> str:
    if value is None:
        return f"{name} absent"
    return f"{name}{sign}{value if isinstance(value, str) else show(value)}"


# --- what happens ---------------------------------------------------------------------------------------


def _turns(sequence: list[Any], rule: Json) -> str:
    every = {name: rule[name] for name in EFFECTS if name in rule}
    turns = [_turn(step_effect(every, step)) for step in sequence[:MAX_TURNS]]
    more = f", and {len(sequence) - MAX_TURNS} more" if len(sequence) > MAX_TURNS else ""
    return f"answers in turn: {', '.join(turns)}{more}"


def _turn(effect: Json) -> str:
    return _effect(effect).removeprefix("answers ") if effect else "as usual"


def _effect(effect: Json) -> str:
    answers = _answers(effect)
    parts = [f"answers {' '.join(answers)}"] if answers else []
    if "rate" in effect:
        limit, seconds = effect["rate"]["limit"], effect["rate"]["seconds"]
        status = effect.get("status", HTTPStatus.TOO_MANY_REQUESTS.value)
        parts = [f"answers {' '.join([str(status), *answers[1 if 'status' in effect else 0 :]])}"]
        parts[0] += f" with Retry-After if more than {limit} arrive in {seconds:g} s"
    if "kind" in effect:
        parts.append(_KINDS[effect["kind"]])
    if "delay" in effect:
        after = f"after {_milliseconds(effect['delay'])}"
        if not parts:
            return f"answers as usual {after}"
        parts[-1] += f" {after}"
    return " and ".join(parts)


def _answers(effect: Json) -> list[str]:
    texts = [str(effect["status"])] if "status" in effect else []
    if "example" in effect:
        texts.append(f"with the example {effect['example']}")
    if "body" in effect:
        texts.append(f"with the body {show(effect['body'])}")
    if "headers" in effect:
        texts.append(f"with {_listed([f'{name}: {value}' for name, value in effect['headers'].items()])}")
    return texts


def _milliseconds(delay: int | Json) -> str:
    if not isinstance(delay, dict):
        return f"{delay} ms"
    if delay["type"] == "uniform":
        return f"{delay['lower']} to {delay['upper']} ms"
    return f"about {delay['median']} ms (lognormal, sigma {delay['sigma']:g})"


# --- how often ------------------------------------------------------------------------------------------


def _how_often(rule: Json) -> str:
    often = ""
    if "times" in rule:
        times = rule["times"]
        often = ", once" if times == 1 else f", {times} times"
    elif "sequence" in rule:
        often = ", once"
    if rule.get("probability", 1) < 1:
        often += f", with probability {rule['probability']:g}"
    return often


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
