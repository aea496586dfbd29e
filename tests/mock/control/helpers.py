"""Requests that several tests of the control API share."""

import asyncio
import contextlib
from typing import Any

from tests.mock.conftest import Api, MakeApi
from tests.mock.helpers import DEFINITIONS, GROUPS, Json, a_definition, a_group, csv_of, refused

from audience_mock.middleware.recorder import Recorder
from audience_mock.session.sessions import SESSION

CONTROL = "//__mock__"
JOURNAL = f"{CONTROL}/journal"
JOBS = f"{CONTROL}/jobs"
NOON = "2031-05-01T12:00:00.000Z"


def items(api: Api, path: str, **query: Any) -> list[Any]:
    """The items of a list of the control API."""
    found: list[Any] = api.get(f"{CONTROL}{path}", **query).json()["items"]
    return found


def state(api: Api) -> Any:
    return api.get(f"{CONTROL}/state").json()


def use(api: Api) -> None:
    """Change something of every kind."""
    definition = api.post(DEFINITIONS, a_definition()).json()
    api.put(f"{DEFINITIONS}/{definition['_id']}/user/u1", {"attribute": {"value": "XL"}})
    api.post(GROUPS, a_group(["u1", "u2"]))
    api.settle()
    for group in api.get(GROUPS).json()["items"][:1]:
        api.delete(f"{GROUPS}/{group['_id']}")


def clock(api: Api, **body: Any) -> Any:
    answer = api.post(f"{CONTROL}/clock", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rule(api: Api, **fields: Any) -> Json:
    """Add a fault rule."""
    answer = api.post(f"{CONTROL}/faults", fields)
    assert answer.status_code == 201, answer.text
    added: Json = answer.json()
    return added


def manual(make_api: MakeApi, **progression: Any) -> Api:
    """A mock whose jobs run when they are advanced."""
    api = make_api()
    assert api.put(f"{JOBS}/progression", progression).is_success
    return api


def advance(api: Api, job_id: str = "job-1") -> Any:
    return api.post(f"{JOBS}/{job_id}/advance").json()


def group_status(api: Api, group: Json) -> str:
    return str(api.get(f"{GROUPS}/{group['_id']}").json()["status"])


def bulk_update(api: Api, *user_ids: str) -> tuple[str, str]:
    """Give users a value of a new definition: the id of the job, and the path of the definition's values."""
    definition = api.post(DEFINITIONS, a_definition()).json()
    update = {"file_url": csv_of(user_ids), "attributes": [{"key": definition["slug"], "value": "XL"}]}
    answer = api.patch("/user_attribute/bulk_update", update)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"], f"{DEFINITIONS}/{definition['_id']}/user"


# --- the journal ----------------------------------------------------------------------------------------


def last(api: Api) -> Json:
    entry: Json = items(api, "/journal", limit=1)[0]
    return entry


def http_scope(**fields: Any) -> Any:
    """The ASGI scope of a GET request."""
    scope = {"type": "http", "http_version": "1.1", "scheme": "http", "method": "GET", "path": "/hats"}
    return {**scope, "query_string": b"", "headers": [], **fields}


async def disconnected() -> Any:
    return {"type": "http.disconnect"}


def recorded(api: Api, app: Any, receive: Any = disconnected, headers: Any = ()) -> Json:
    """The journal entry of a request to an ASGI application."""

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    async def story() -> None:
        with contextlib.suppress(ConnectionError):
            scope = http_scope(headers=list(headers), **{SESSION: api.sessions.get(None)})
            await Recorder(app)(scope, receive, send)

    api.run(story())
    return last(api)


def of(session: str) -> dict[str, str]:
    return {"X-Mock-Session": session}


def names(api: Api, session: str) -> list[str]:
    found = api.request("GET", f"{GROUPS}?page_size=100", headers=of(session)).json()["items"]
    return [group["name"] for group in found]


def everything(api: Api) -> dict[str, Any]:
    """What can be read of a session; the time of a running clock is not part of it."""
    jobs = api.get(JOBS).json()
    return {
        "state": state(api),
        "faults": items(api, "/faults"),
        "clock": api.get(f"{CONTROL}/clock").json()["frozen"],
        "progression": jobs["progression"],
        "jobs": [job["id"] for job in jobs["items"]],
        "journal": api.get(JOURNAL).json(),
        "counts": items(api, "/journal/counts"),
    }


def disturb(api: Api) -> None:
    """Leave something of every kind behind."""
    use(api)
    rule(api, operation="getUserGroups", status=503)
    refused(api.get(GROUPS), 503)
    clock(api, freeze=NOON)
    api.put(f"{JOBS}/progression", {"reads": 3})
    api.post(GROUPS, a_group(["u1"]))
