"""The seed of the mock that a run starts: all that a rule may need and the API cannot create.

It has locked definitions, every flag, type and validation, groups of every status, type and category, a group of 57
users with blacklisted ones among them, and a second application.
"""

from typing import Any

from audience_conformance.settings.options import DEFAULT_APPLICATION, DEFAULT_COMPANY

Json = dict[str, Any]

OTHER_APPLICATION = "64b000000000000000000002"
LOCKED, VALIDATED, GROUP = "64d0000000000000000000a1", "64d0000000000000000000a2", "64d0000000000000000000a3"
USERS = 57
_TYPES = ("string", "number", "boolean", "date", "datetime", "list", "object")
_FLAGS = ("customer_editable", "encrypted", "pinned", "is_locked")
_NAMES = ("ada", "björn", "chidi", "dölores", "eve", "fatima", "grace", "hiro", "ivan", "józef", "khadija")


def seed() -> dict[str, Json]:
    """The resources of each tenant, in the format of `audience-mock --seed`."""
    users = [_user(number) for number in range(1, USERS + 1)]
    user_ids = [user["user_id"] for user in users]
    own = {
        "definitions": _definitions(),
        "users": users,
        "values": [{"user_id": user_id, "definition": "has-boat", "value": True} for user_id in user_ids[:3]],
        "groups": _groups(user_ids),
    }
    other = {
        "definitions": [_definition("Has boat", "has-boat", "boolean"), _definition("There only", "there", "string")],
        "users": users[:3],
        "values": [{"user_id": user_ids[0], "definition": "there", "value": "yes"}],
        "groups": [_group("Neighbours", "l2", ["harbour", "neighbours"], user_ids[:3])],
    }
    return {f"{DEFAULT_COMPANY}/{DEFAULT_APPLICATION}": own, f"{DEFAULT_COMPANY}/{OTHER_APPLICATION}": other}


def users_file() -> str:
    """A CSV file of users."""
    return "\n".join(["user_id", *(_user(number)["user_id"] for number in range(1, 26)), ""])


def _definition(name: str, slug: str, type_: str, **more: Any) -> Json:
    return {"name": name, "slug": slug, "type": type_, "description": f"{name}, seeded", **more}


def _rules(**kinds: Any) -> list[Json]:
    return [{"type": kind, "value": value} for kind, value in kinds.items()]


def _definitions() -> list[Json]:
    boat_name = _rules(min_length=3, max_length=12, regex="^[A-Za-z]+$")
    return [
        _definition("Has boat", "has-boat", "boolean"),
        _definition("Berth", "berth", "string", _id=LOCKED, is_locked=True),
        _definition("Boat's name", "boat-name", "string", _id=VALIDATED, validations=boat_name),
        _definition("Length", "length", "number", validations=_rules(min=2, max=60)),
        _definition("Rig", "rig", "string", validations=_rules(one_of=["sloop", "ketch", "yawl"])),
        _definition("Flags", "flags", "list", validations=_rules(one_of=["a", "b", "c"], max_length=3)),
        _definition("Launched", "launched", "date", validations=_rules(min="1900-01-01")),
        *(_definition(f"Plain {type_}", f"plain-{type_}", type_) for type_ in _TYPES),
        *(_definition(f"{flag} {type_}", f"{flag}-{type_}", type_, **{flag: True}) for flag, type_ in _flagged()),
        _definition("All flags", "all-flags", "string", pin_order=4, **dict.fromkeys(_FLAGS, True)),
    ]


def _flagged() -> list[tuple[str, str]]:
    return [(flag, type_) for place, flag in enumerate(_FLAGS) for type_ in _TYPES[place : place + 3]]


def _user(number: int) -> Json:
    """A user; the order of the ids differs from the order in the group. Some users have no email, some no phone."""
    name = _NAMES[number % len(_NAMES)]
    marks = {"primary": True, "verified": number % 3 > 0, "active": number % 4 > 0}
    emails = [{"email": f"{name}.{number}@Harbour.example", **marks}] if number % 9 else []
    if number % 6 == 1:
        emails.append({"email": f"{name}@second.example", **marks, "primary": False})
    phones = [{"phone": f"77{number * 613 % 10_000:04}", "country_code": 1 + number % 3 * 43, **marks}]
    return {
        "user_id": f"64a{number * 613 % 1000:03}{number:018x}",
        "emails": emails,
        "phone_numbers": phones if number % 8 else [],
        "blacklisted": number % 7 == 4,  # noqa: PLR2004 (every seventh)
    }


def _group(name: str, category: str, tags: list[str], users: list[str], **more: Any) -> Json:
    return {"name": name, "description": f"{name}, seeded", "category": category, "tags": tags, "users": users, **more}


def _groups(user_ids: list[str]) -> list[Json]:
    return [
        _group("Whole harbour", "l1", ["harbour", "all"], user_ids, _id=GROUP),
        _group("Sailors", "l2", ["harbour", "sail"], user_ids[:20]),
        _group("Rowers", "l2", ["row"], user_ids[20:31]),
        _group("Großsegler", "l3", ["sail", "été"], user_ids[31:41]),
        _group("Still read", "l1", ["sail"], [], status="pending"),
        _group("Not read", "l3", ["row"], [], status="failed"),
        _group("By a query", "l1", ["computed"], user_ids[:9], type="dynamic"),
        _group("Closed", "l2", ["all"], user_ids[:1], type="dynamic", is_active=False),
        _group("Untagged", "l3", [], user_ids[5:8]),
        *(_group(f"Pier {number}", "l1", [f"pier-{number}"], user_ids[number : number + 2]) for number in range(1, 5)),
    ]
