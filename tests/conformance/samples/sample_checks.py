"""Checks that come to everything a check can come to, whatever the target is."""

import os
import time

from audience_conformance.checks import registry
from audience_conformance.checks.registry import check
from audience_conformance.client.api import DEFINITIONS, GROUPS, Api, csv_url
from audience_conformance.results.finding import Skip, expect, fail


@check("DEF-01", on="getUserAttributeDefinitions", read_only=True)
def reads(api: Api) -> None:
    """Read a list."""
    expect(api.get(DEFINITIONS).ok, "a list", "none")


@check("DEF-02", on="createUserAttributeDefinition", cases=("one", "two"))
def writes(api: Api, case: str) -> None:
    """Make something of every kind."""
    definition = api.definition(description=case)
    api.group()
    api.put(f"{DEFINITIONS}/{definition['_id']}/user/{api.fresh('u')}", {"attribute": {"value": "a"}})


@check("DEF-03", on="createUserAttributeDefinition getUserAttributeDefinitionById")
def breaks_a_must_rule(api: Api) -> None:
    """Find that the target is wrong."""
    api.definition()
    fail("a different id", "the same id", operation="createUserAttributeDefinition")


@check("DEF-12", on="getUserAttributeDefinitions", read_only=True)
def breaks_a_should_rule(api: Api) -> None:
    """Find that the target is not as it should be."""
    api.get(DEFINITIONS, name="a")
    fail("those with the name", "all")


@check("DEF-05", on="updateUserAttributeDefinition")
def crashes(api: Api) -> None:
    """Crash with things made, and with all secrets in the message."""
    api.definition()
    api.group()
    raise RuntimeError(f"sent {api.options.headers}")


@check("DEF-06", on="updateUserAttributeDefinition", read_only=True)
def repeats_what_the_target_says(api: Api) -> None:
    """Find something in which the secret stands."""
    api.get(DEFINITIONS)
    fail("silence", f"you said {dict(api.options.headers)}")


@check("DEF-14", on="updateUserAttributeDefinition")
def lacks_something(api: Api) -> None:
    """Need what no target has."""
    raise Skip("a unicorn (--unicorn)")


@check("GRP-01", on="createUserGroup")
def keeps_no_book(api: Api) -> None:
    """Make things behind the ledger's back, as where an answer is cut off, and find a fault."""
    body = {"name": api.fresh(), "slug": api.fresh(), "description": "d", "type": "string"}
    api.target.send("POST", api.target.url(DEFINITIONS), {"Content-Type": "application/json"}, _json(body), None)
    group = {"name": "No prefix", "description": "d", "category": "l1", "file_url": csv_url([api.fresh("u")])}
    api.target.send("POST", api.target.url(GROUPS), {"Content-Type": "application/json"}, _json(group), None)
    fail("a group", "none")


def _json(value: object) -> bytes:
    import json  # noqa: PLC0415

    return json.dumps(value).encode()


@check("GRP-02", on="createUserGroup", cases=("a", "b", "c", "d"))
def takes_long(api: Api, _: str) -> None:
    """Make one thing after the other for half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        api.definition()
        api.group()
        time.sleep(0.02)


@check("GRP-03", on="createUserGroup")
def kills_its_worker(api: Api) -> None:
    """End the process with things made."""
    api.definition()
    api.group()
    os._exit(9)


@check("GRP-04", on="updateUserGroup", generates=True)
def generates(api: Api) -> None:
    """Try for long: the profile smoke leaves it out."""
    api.get(GROUPS)


@check("TEN-01", on="createUserAttributeDefinition")
def writes_in_both_applications(api: Api) -> None:
    """Make something in the other application too, and find a fault."""
    api.definition(tenant=api.other_tenant)
    fail("invisible", "visible", rule="TEN-02")


SAMPLES = [one for one in registry.CHECKS if one.function.__module__ == __name__]
# The suite's own checks stay as they are, for other tests in this process.
registry.CHECKS[:] = [one for one in registry.CHECKS if one not in SAMPLES]
