"""The seed of a mock under test: everything that a run needs, and other records that must not change."""

from typing import Any

from audience_mock.contract.document import DOCUMENTED_TENANT, TenantName
from audience_mock.seeds.seed_file import BUILT_IN

OTHER_TENANT = TenantName(DOCUMENTED_TENANT.company_id, "64b000000000000000000002")
GROUP_ID = "64f1000000000000000000a1"
LOCKED_ID = "64f2000000000000000000b1"
TEXT_ID, RANGE_ID, CHOICE_ID, LENGTH_ID = (f"64f2000000000000000000c{number}" for number in (1, 2, 3, 4))
"""Definitions with validations: of a text's length and form, a number's range, a list's items, any text's length."""
USERS, BLACKLISTED = 57, 13
_GIVEN = ("Ada", "Björk", "Chen", "Dmitri", "Elif", "Fatima", "Grace")
_FAMILY = ("Lovelace", "Ngugi", "Okafor", "Petrova", "Quispe")


def _definition(name: str, slug: str, type_: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "slug": slug, "type": type_, "description": f"Seeded: {name}", **more}


def _validations(**kinds: Any) -> list[dict[str, Any]]:
    return [{"type": kind, "value": value} for kind, value in kinds.items()]


DEFINITIONS = [
    _definition("Shoe size", "shoe-size", "number", customer_editable=True),
    _definition("Loyalty tier", "loyalty_tier", "string", _id=LOCKED_ID, is_locked=True, pinned=True, pin_order=1),
    _definition(
        "Nickname",
        "nick",
        "string",
        _id=TEXT_ID,
        validations=_validations(min_length=3, max_length=8, regex="^[a-z]+$"),
        default_value="nick",
        encrypted=True,
        pinned=True,
        pin_order=3,
    ),
    _definition("Lucky number", "lucky", "number", _id=RANGE_ID, validations=_validations(min=10, max=20)),
    _definition("Colours", "colours", "list", _id=CHOICE_ID, validations=_validations(one_of=["red", "green", "blue"])),
    _definition("Motto", "motto", "string", _id=LENGTH_ID, validations=_validations(min_length=2, max_length=6)),
    _definition("Passport", "passport", "string", encrypted=True),
    _definition("Größe", "groesse", "object", pinned=True, pin_order=2),
    _definition("Birthday", "birthday", "date", encrypted=True, pinned=True, is_locked=True, customer_editable=True),
    _definition("Last visit", "last-visit", "datetime"),
    _definition("Newsletter", "newsletter", "boolean", customer_editable=True),
    _definition("Club member", "club", "boolean", is_locked=True),
]


def _user(number: int) -> dict[str, Any]:
    """A user; ids are not sorted, every 5th user has two emails, every 7th no phone, every 11th nothing."""
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    flags = {"primary": True, "verified": number % 2 == 0, "active": number % 3 != 0}
    emails = [{"email": f"{given}.{family}{number}@Example.com", **flags}]
    if number % 5 == 0:
        emails.append({"email": f"second{number}@work.example", **flags, "primary": False})
    phones = [{"phone": f"55{number * 7919 % 100_000:05}", "country_code": 91 if number % 2 else 1, **flags}]
    return {
        "user_id": f"64e{number * 7919 % 100_000:05}{number:016x}",
        "emails": [] if number % 11 == 0 else emails,
        "phone_numbers": [] if number % 7 == 0 or number % 11 == 0 else phones,
        "blacklisted": number % 5 == 3 and number < 5 * BLACKLISTED,
    }


MEMBERS = [_user(number) for number in range(1, USERS + BLACKLISTED + 1)]
MEMBER_IDS = [user["user_id"] for user in MEMBERS]


def _group(name: str, category: str, tags: list[str], users: list[str] = [], **more: Any) -> dict[str, Any]:  # noqa: B006
    return {"name": name, "description": f"Seeded: {name}", "category": category, "tags": tags, "users": users, **more}


USERS_FILE = "\n".join(["user_id", *MEMBER_IDS[:25], ""])
"""The file at /users.csv."""

GROUPS = [
    _group("Everyone", "l1", ["vip", "spring"], MEMBER_IDS, _id=GROUP_ID),
    _group("Gold", "l2", ["vip-gold"], MEMBER_IDS[:3]),
    _group("Spring buyers", "l2", ["spring", "été"], MEMBER_IDS[3:9]),
    _group("Summer buyers", "l2", ["summer", "spring", "vip"], MEMBER_IDS[9:20]),
    _group("Waiting", "l1", ["waiting"], status="pending"),
    _group("Broken file", "l1", ["broken", "waiting"], status="failed"),
    _group("Computed", "l1", ["auto"], MEMBER_IDS[:12], type="dynamic"),
    _group("Sleeping", "l2", ["asleep"], MEMBER_IDS[:1], type="dynamic", is_active=False),
    _group("Untagged", "l1", [], MEMBER_IDS[:2]),
    _group("Großkunden", "l2", ["VIP"], MEMBER_IDS[20:22]),
]

VALUES = [
    {"user_id": MEMBER_IDS[0], "definition": "shoe-size", "value": 41},
    {"user_id": MEMBER_IDS[0], "definition": "newsletter", "value": False},
    {"user_id": MEMBER_IDS[1], "definition": "shoe-size", "value": 38.5},
]

OTHERS: dict[str, list[dict[str, Any]]] = {
    "definitions": [
        _definition("Shoe size", "shoe-size", "number"),
        _definition("Only there", "only-there", "string", pinned=True),
    ],
    "users": MEMBERS[:4],
    "values": [{"user_id": MEMBER_IDS[0], "definition": "shoe-size", "value": 7}],
    "groups": [
        _group("Elsewhere", "l2", ["elsewhere", "vip"], MEMBER_IDS[:4]),
        _group("Elsewhere too", "l3", ["only-there"]),
    ],
}


def seed() -> dict[str, dict[str, Any]]:
    """The seed for `load_seed`: the documents' examples, for the example requests, and our own records."""
    own = {"definitions": DEFINITIONS, "users": MEMBERS, "values": VALUES, "groups": GROUPS}
    documents = BUILT_IN["documents"]()[str(DOCUMENTED_TENANT)]
    return {
        str(DOCUMENTED_TENANT): {part: [*documents.get(part, []), *records] for part, records in own.items()},
        str(OTHER_TENANT): OTHERS,
    }
