"""Faults on demand: by the header Prefer, and by fault rules."""

import asyncio
import re
from typing import Any

import pytest
from tests.mock.conftest import BASE, Api, MakeApi
from tests.mock.control.helpers import CONTROL, clock, items, rule
from tests.mock.helpers import refused

from audience_mock.contract.document import documented_responses, error_schema, load_contract, resolve
from audience_mock.contract.examples import Examples
from audience_mock.contract.schema import Schema

CONTRACT = load_contract()
TAGS = "/user_group/tags"
PATHS = {
    "getUserGroupTags": TAGS,
    "getUserGroups": "/user_group",
    "getUserGroupById": "/user_group/64f111111111111111111111",
    "getUserAttributeDefinitions": "/user_attribute/definition",
}


def prefer(api: Api, text: str, path: str = TAGS, **more: Any) -> Any:
    return api.request("GET", path, headers={"Prefer": text, **more.pop("headers", {})}, **more)


@pytest.mark.parametrize("operation", PATHS)
@pytest.mark.parametrize("status", [400, 401, 404, 409, 429, 500, 503, 599])
def test_a_forced_error_has_the_contracts_error_body(shared_api: Api, operation: str, status: int) -> None:
    answer = prefer(shared_api, f"code={status}", PATHS[operation])
    assert answer.status_code == status
    assert answer.headers["Preference-Applied"] == f"code={status}"
    error = Schema(resolve(CONTRACT, error_schema(CONTRACT)))
    assert error.violations(answer.json(), "body") == []
    assert answer.json()["status_code"] == status


@pytest.mark.parametrize("operation", PATHS)
def test_a_forced_success_is_the_contracts_example(shared_api: Api, operation: str) -> None:
    answer = prefer(shared_api, "code=200", PATHS[operation])
    assert (answer.status_code, answer.json()) == (200, Examples(CONTRACT).body(operation, 200))


def test_a_generated_body_of_any_operation_fits_its_schema() -> None:
    samples = Examples(CONTRACT)
    for item in CONTRACT["paths"].values():
        for operation in item.values():
            if "operationId" in operation:
                status = samples.success(operation["operationId"])
                response = resolve(CONTRACT, operation["responses"][str(status)])
                schema = Schema(response["content"]["application/json"]["schema"])
                for seed in range(20):
                    body = samples.body(operation["operationId"], status, seed=seed)
                    assert schema.violations(body, "body") == []


LOOKS = {
    "_id|[a-z_]+_id|updated_by": "[0-9a-f]{24}",
    "file_url": "https://[a-z.]+/[a-z0-9-]+[.]csv",
    "[a-z]+_at": r"2024-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d[.]\d{3}Z",
    "slug": "[a-z]+-[0-9]+",
    "email": "[a-z]+[.][0-9]+@example[.]com",
    "phone": "[0-9]{10}",
    "status": "pending|completed|failed",
    "category": "l[123]",
}


def test_a_generated_value_looks_like_its_field() -> None:
    samples, seen = Examples(CONTRACT), set()

    def check(value: Any, name: str = "") -> None:
        for key, part in value.items() if isinstance(value, dict) else ():
            check(part, key)
        for part in value if isinstance(value, list) else ():
            check(part, name)
        for names, pattern in LOOKS.items():
            if re.fullmatch(names, name) and isinstance(value, str):
                assert re.fullmatch(pattern, value), (name, value)
                seen.add(names)
        assert name != "success" or value is True

    for operation in sorted(PATHS | {"createUserGroup": "", "getUsersByByGroupId": "", "getUserAttributesForUser": ""}):
        for seed in range(5):
            check(samples.body(operation, samples.success(operation), seed=seed))
    assert seen == set(LOOKS)


def test_generated_values_differ_and_can_be_repeated() -> None:
    samples = Examples(CONTRACT)
    bodies = [samples.body("createUserGroup", 201, seed=seed) for seed in (1, 2, 1)]
    assert bodies[0] == bodies[2]
    assert all(bodies[0][name] != bodies[1][name] for name in ("_id", "created_at", "file_url"))


def test_an_example_can_be_named(api: Api) -> None:
    assert prefer(api, "example=documents").json() == Examples(CONTRACT).body("getUserGroupTags", 200)
    for name, example in documented_responses(CONTRACT)["createUserAttributeDefinition"][400]["examples"].items():
        headers = {"Prefer": f"code=400, example={name}"}
        answer = api.request("POST", "/user_attribute/definition", headers=headers, json={})
        assert (answer.status_code, answer.json()) == (400, example["value"])
    assert prefer(api, "dynamic=true").json()["items"] is not None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("code=abc", "code=abc"),
        ("code=99", "code=99"),
        ("code=600", "code=600"),
        ("delay=soon", "delay=soon"),
        ("delay=-1", "delay=-1"),
        ("delay=9999999", "delay=9999999"),
        ("fault=fire", "fault=fire"),
        ("dynamic=perhaps", "dynamic=perhaps"),
        ("example=nope", "nope"),
        ("code=201", "201"),
    ],
)
def test_a_bad_preference_is_refused_by_name(shared_api: Api, text: str, named: str) -> None:
    answer = prefer(shared_api, text)
    assert refused(answer) == ["header.Prefer"]
    assert named in answer.json()["message"]


def test_an_unknown_preference_is_ignored(api: Api) -> None:
    answer = prefer(api, "respond-async, wait=10")
    assert answer.status_code == 200
    assert "Preference-Applied" not in answer.headers


def test_preferences_come_in_any_order_and_quoted(api: Api) -> None:
    answer = prefer(api, 'delay=1; respond-async, Code="404"')
    assert answer.status_code == 404
    assert answer.headers["Preference-Applied"] == "delay=1, code=404"


def test_a_forced_error_does_not_depend_on_the_request(api: Api) -> None:
    answer = api.request("POST", "/user_group", content=b"{", headers={"Prefer": "code=503"})
    assert answer.status_code == 503


def test_a_rule_applies_to_its_operation_and_number_of_requests(api: Api) -> None:
    made = rule(api, operation="getUserGroups", status=500, times=2)
    statuses = [api.get("/user_group").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert api.get(TAGS).status_code == 200
    assert items(api, "/faults") == [{**made, "hits": 2}]


def test_a_rule_applies_to_its_method_and_path(api: Api) -> None:
    rule(api, method="DELETE", path="/user_group/*", status=503)
    assert api.get("/user_group/64f555555555555555555555").status_code == 200
    assert api.delete("/user_group/64f555555555555555555555").status_code == 503
    assert api.get("/user_group/64f555555555555555555555").status_code == 200


@pytest.mark.parametrize("path", ["/user_group", "*/application/*/user_group", f"{BASE}/user_group", "/user_g*p"])
def test_the_path_of_a_rule_is_the_full_path_or_below_the_application(api: Api, path: str) -> None:
    rule(api, path=path, status=503)
    assert api.get("/user_group").status_code == 503


@pytest.mark.parametrize("path", ["p", "group", "user_group", "/tags"])
def test_a_part_of_a_path_does_not_match(api: Api, path: str) -> None:
    rule(api, path=path, status=503)
    assert [api.get(tried).status_code for tried in ("/user_group", TAGS)] == [200, 200]


def test_a_rules_body_is_served_as_it_is(api: Api) -> None:
    rule(api, path=TAGS, status=418, body={"teapot": True})
    answer = api.get(TAGS)
    assert (answer.status_code, answer.json()) == (418, {"teapot": True})


def test_a_random_seed_makes_a_rule_repeatable(make_api: MakeApi) -> None:
    def statuses() -> list[int]:
        api = make_api()
        rule(api, status=500, probability=0.5, seed=7)
        return [api.get(TAGS).status_code for _ in range(20)]

    first = statuses()
    assert first == statuses()
    assert {200, 500} == set(first)


def test_a_rate_limit_responds_429_with_retry_after(api: Api) -> None:
    rule(api, path=TAGS, rate={"limit": 2, "seconds": 60})
    clock(api, freeze="2030-01-01T00:00:00Z")
    answers = [api.get(TAGS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    clock(api, advance=59)
    assert api.get(TAGS).headers["Retry-After"] == "1"
    clock(api, advance=1)
    assert api.get(TAGS).status_code == 200


def test_a_delay_goes_by_the_clock(api: Api) -> None:
    rule(api, path=TAGS, delay=3_600_000)
    clock(api, freeze=True)

    async def story() -> int:
        slow = api.start("GET", TAGS)
        while not api.sessions.get(None).clock.has_sleepers:  # noqa: ASYNC110 (there is no event to wait for)
            await asyncio.sleep(0)
        await api.send("POST", f"{CONTROL}/clock", json={"advance": 3599})
        assert not slow.done()
        await api.send("POST", f"{CONTROL}/clock", json={"advance": 1})
        return int((await slow).status_code)

    assert api.run(story()) == 200


@pytest.mark.parametrize(
    "delay", [1, {"type": "uniform", "lower": 0, "upper": 1}, {"type": "lognormal", "median": 1, "sigma": 0.5}]
)
def test_a_delay_may_be_a_distribution(api: Api, delay: Any) -> None:
    rule(api, path=TAGS, delay=delay)
    assert api.get(TAGS).status_code == 200


def test_one_rule_or_all_rules_can_be_deleted(api: Api) -> None:
    first, second = rule(api, path=TAGS, status=500), rule(api, path=TAGS, status=501)
    assert api.get(TAGS).status_code == 500
    assert api.delete(f"{CONTROL}/faults/{first['id']}").status_code == 200
    assert api.get(TAGS).status_code == 501
    assert api.delete(f"{CONTROL}/faults/{first['id']}").status_code == 404
    assert api.delete(f"{CONTROL}/faults").status_code == 200
    assert api.get(TAGS).status_code == 200
    assert second["id"] != first["id"]


def test_a_rule_applies_to_its_session_only(api: Api) -> None:
    api.request("POST", f"{CONTROL}/faults", json={"status": 500}, headers={"X-Mock-Session": "a"})
    assert api.request("GET", TAGS, headers={"X-Mock-Session": "a"}).status_code == 500
    assert api.request("GET", TAGS, headers={"X-Mock-Session": "b"}).status_code == 200
    assert api.get(TAGS).status_code == 200


def test_the_headers_of_faults_can_be_read_across_origins(api: Api) -> None:
    answer = prefer(api, "code=404", headers={"Origin": "https://shop.example"})
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("Preference-Applied", "Retry-After", "WWW-Authenticate"))
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://shop.example"}


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic c2VjcmV0"}])
def test_a_request_without_the_bearer_token_is_401(make_api: MakeApi, sent: dict[str, str]) -> None:
    api = make_api(bearer="secret")
    answer = api.request("GET", TAGS, headers=sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "secret" not in answer.text
    for right in ("Bearer secret", "bearer secret", "BEARER  secret"):
        assert api.request("GET", TAGS, headers={"Authorization": right}).status_code == 200
    preflight = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    assert api.request("OPTIONS", TAGS, headers=preflight).is_success
    assert api.get("//ui/").status_code == 200
