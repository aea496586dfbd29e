"""Sample checks: one for every outcome of a check, independent of the target."""

import json
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
    """Create a resource of every kind."""
    definition = api.definition(description=case)
    api.group()
    api.put(f"{DEFINITIONS}/{definition['_id']}/user/{api.unique('u')}", {"attribute": {"value": "a"}})


@check("DEF-03", on="createUserAttributeDefinition getUserAttributeDefinitionById")
def breaks_a_must_rule(api: Api) -> None:
    """Find that the target is wrong."""
    api.definition()
    fail("a different id", "the same id", operation="createUserAttributeDefinition")


@check("DEF-12", on="getUserAttributeDefinitions", read_only=True)
def breaks_a_should_rule(api: Api) -> None:
    """Find that the target breaks a SHOULD rule."""
    api.get(DEFINITIONS, name="a")
    fail("those with the name", "all")


@check("DEF-05", on="updateUserAttributeDefinition")
def crashes(api: Api) -> None:
    """Crash after creating resources, with all secrets in the message."""
    api.definition()
    api.group()
    raise RuntimeError(f"sent {api.options.headers}")


@check("DEF-06", on="updateUserAttributeDefinition", read_only=True)
def repeats_what_the_target_says(api: Api) -> None:
    """Find a fault, with the secret in its text."""
    api.get(DEFINITIONS)
    fail("silence", f"you said {dict(api.options.headers)}")


@check("DEF-14", on="updateUserAttributeDefinition")
def lacks_something(api: Api) -> None:
    """Need a prerequisite that no target has."""
    raise Skip("a unicorn (--unicorn)")


@check("GRP-01", on="createUserGroup")
def keeps_no_book(api: Api) -> None:
    """Create resources that the ledger misses, as when an answer is cut off, and find a fault."""
    body = {"name": api.unique(), "slug": api.unique(), "description": "d", "type": "string"}
    api.target.send(
        "POST", api.target.url(DEFINITIONS), {"Content-Type": "application/json"}, json.dumps(body).encode(), None
    )
    group = {"name": "No prefix", "description": "d", "category": "l1", "file_url": csv_url([api.unique("u")])}
    api.target.send(
        "POST", api.target.url(GROUPS), {"Content-Type": "application/json"}, json.dumps(group).encode(), None
    )
    fail("a group", "none")


@check("GRP-02", on="createUserGroup", cases=("a", "b", "c", "d"))
def takes_long(api: Api, _: str) -> None:
    """Create resources for half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        api.definition()
        api.group()
        time.sleep(0.02)


@check("GRP-03", on="createUserGroup")
def kills_its_worker(api: Api) -> None:
    """Kill the process after creating resources."""
    api.definition()
    api.group()
    os._exit(9)


@check("GRP-04", on="updateUserGroup", generates=True)
def generates(api: Api) -> None:
    """A long check that the profile smoke omits."""
    api.get(GROUPS)


@check("TEN-01", on="createUserAttributeDefinition")
def writes_in_both_applications(api: Api) -> None:
    """Create a resource in the other application, and find a fault."""
    api.definition(tenant=api.other_tenant)
    fail("invisible", "visible", rule="TEN-02")


SAMPLES = [one for one in registry.CHECKS if one.function.__module__ == __name__]
# Other tests in this process need the suite's own checks.
registry.CHECKS[:] = [one for one in registry.CHECKS if one not in SAMPLES]
