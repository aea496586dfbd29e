"""The seed `demo`: a realistic shop, generated with a fixed random seed.

Dozens of definitions of every type, some locked, encrypted or with validations; thousands of users with names in
many scripts, some blacklisted; groups of every category and status, from empty to large.
"""

import random
from typing import Any

Json = dict[str, Any]

USERS = 2500
BLACKLISTED_EVERY = 23
USERS_WITH_VALUES = 400


def _definition(
    name: str, slug: str, type_: str, description: str, *flags: str, rules: Json | None = None, **fields: Any
) -> Json:
    """A definition with these flags set, and a validation for each of the rules."""
    if rules:
        fields["validations"] = [{"type": kind, "value": value} for kind, value in rules.items()]
    fields |= dict.fromkeys(flags, True)
    return {"name": name, "slug": slug, "type": type_, "description": description, **fields}


PINNED, EDITABLE, LOCKED, ENCRYPTED = "pinned", "customer_editable", "is_locked", "encrypted"
CITIES = ["Berlin", "Mumbai", "São Paulo", "東京", "Қостанай", "القاهرة", "Reykjavík", "Łódź"]
CHANNELS = ["email", "sms", "push", "phone", "post"]
TIERS = ["bronze", "silver", "gold", "platinum"]

DEFINITIONS: list[Json] = [
    _definition(
        *("Loyalty tier", "loyalty-tier", "string", "Where the customer stands in the loyalty programme", PINNED),
        rules={"one_of": TIERS},
        default_value="bronze",
        pin_order=1,
    ),
    _definition("City", "city", "string", "Where most parcels go", PINNED, EDITABLE, pin_order=2),
    _definition(
        *("Date of birth", "birth-date", "date", "For the yearly voucher", EDITABLE, ENCRYPTED),
        rules={"min": "1900-01-01"},
    ),
    _definition(
        *("Tax number", "tax-number", "string", "On invoices to companies", ENCRYPTED, LOCKED),
        rules={"regex": "^[A-Z]{2}[0-9]{6,12}$"},
    ),
    _definition("Customer since", "customer-since", "date", "Day of the first order", LOCKED),
    _definition("Last seen", "last-seen", "datetime", "Last visit to the shop or the app", LOCKED),
    _definition("Shoe size", "shoe-size", "number", "European size", EDITABLE, rules={"min": 15, "max": 55}),
    _definition("Height", "height", "number", "In centimetres", EDITABLE, rules={"min": 0}),
    _definition("Lifetime value", "lifetime-value", "number", "Sum of all orders, in euro", PINNED, pin_order=3),
    _definition("Orders", "orders", "number", "Number of orders", default_value=0),
    _definition("Returns", "returns", "number", "Number of parcels sent back", default_value=0),
    _definition("Open basket", "open-basket", "boolean", "Is something in the basket", default_value=False),
    _definition("Newsletter", "newsletter", "boolean", "Has asked for the newsletter", EDITABLE),
    _definition("Test account", "test-account", "boolean", "Left out of every report", LOCKED),
    _definition(
        *("Channels", "channels", "list", "How the customer wants to be reached", EDITABLE),
        rules={"one_of": CHANNELS, "max_length": 5},
        default_value=["email"],
    ),
    _definition("Favourite brands", "favourite-brands", "list", "At most ten", EDITABLE),
    _definition("Wishlist", "wishlist", "list", "Article numbers", EDITABLE),
    _definition("Measurements", "measurements", "object", "For made-to-measure orders", EDITABLE, ENCRYPTED),
    _definition("Delivery window", "delivery-window", "object", "Preferred days and hours", EDITABLE),
    _definition(
        *("Nickname", "nickname", "string", "Shown beside reviews", EDITABLE),
        rules={"min_length": 2, "max_length": 30},
    ),
    _definition("お誕生日のメッセージ", "birthday-message", "string", "誕生日カードに印刷される言葉", EDITABLE),
    _definition("Предпочитаемый язык", "language", "string", "Язык писем и приложения", EDITABLE),
    _definition("المتجر المفضل", "favourite-store", "string", "أقرب متجر إلى العميل", EDITABLE),
    _definition(
        "How did you first hear about our shop, and was it a friend, an advertisement or something else entirely",
        "first-heard",
        "string",
        "Asked once, after the first order; a long name on purpose, to see where it breaks a layout",
    ),
    *(
        _definition(f"{season} campaign {year}", f"campaign-{season.lower()}-{year}", "boolean", "Took part")
        for year in (2022, 2023, 2024)
        for season in ("Spring", "Summer", "Autumn", "Winter")
    ),
]

_NAMES = [
    ("Ada", "Lovelace", "ada.lovelace"),
    ("Łukasz", "Żółć", "lukasz.zolc"),
    ("美咲", "田中", "misaki.tanaka"),
    ("Анна", "Кузнецова", "anna.kuznetsova"),
    ("فاطمة", "الزهراء", "fatima.zahra"),
    ("Zoë", "Brontë", "zoe.bronte"),
    ("Nguyễn", "Hà", "nguyen.ha"),
    ("Σοφία", "Παππά", "sofia.pappa"),
    ("आरव", "शर्मा", "aarav.sharma"),
    ("Siân", "O’Brien", "sian.obrien"),
    ("João", "Gonçalves", "joao.goncalves"),
    ("דוד", "כהן", "david.cohen"),
]
_COUNTRY_CODES = [1, 7, 20, 30, 33, 44, 48, 49, 55, 81, 84, 91]


def shop() -> dict[str, Any]:
    """The parts of the seed: DEFINITIONS, USERS users, values of some of them, and groups."""
    chance = random.Random(559)
    users = [_user(number, chance) for number in range(USERS)]
    return {
        "definitions": DEFINITIONS,
        "users": users,
        "values": [v for user in users[:USERS_WITH_VALUES] for v in _values(user["user_id"], chance)],
        "groups": _groups([user["user_id"] for user in users], chance),
    }


def _user(number: int, chance: random.Random) -> Json:
    *_, address = _NAMES[number % len(_NAMES)]
    emails = [
        {
            "email": f"{address}{number}@example.com",
            "primary": True,
            "verified": chance.random() < 0.8,
            "active": True,
        }
    ]
    if number % 9 == 0:
        emails.append({"email": f"{address}@work.example.org", "primary": False, "verified": False, "active": True})
    phones = [
        {
            "phone": f"{chance.randrange(10**9, 10**10)}",
            "country_code": _COUNTRY_CODES[number % len(_COUNTRY_CODES)],
            "verified": chance.random() < 0.5,
            "primary": True,
            "active": chance.random() < 0.95,
        }
    ]
    return {
        "user_id": f"64c{number:021x}",
        "emails": emails if number % 50 else [],
        "phone_numbers": phones if number % 7 else [],
        "blacklisted": number % BLACKLISTED_EVERY == BLACKLISTED_EVERY - 1,
    }


def _values(user_id: str, chance: random.Random) -> list[Json]:
    """The values of one user, for about half of the definitions."""
    first, last, address = chance.choice(_NAMES)
    day = f"{chance.randrange(1950, 2006)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    offered: dict[str, Any] = {
        "loyalty-tier": chance.choice(TIERS),
        "city": chance.choice(CITIES),
        "birth-date": day,
        "shoe-size": chance.randrange(70, 96) / 2,
        "lifetime-value": round(chance.expovariate(1 / 250), 2),
        "orders": chance.randrange(0, 40),
        "returns": chance.randrange(0, 5),
        "open-basket": chance.random() < 0.3,
        "newsletter": chance.random() < 0.6,
        "channels": sorted(chance.sample(CHANNELS, chance.randrange(1, 4))),
        "nickname": f"{first} {last[0]}.",
        "measurements": {"chest": chance.randrange(70, 130), "unit": "cm", "taken": {"by": address}},
        "last-seen": f"2024-{chance.randrange(1, 7):02}-{chance.randrange(1, 29):02}T08:30:00.000Z",
    }
    by_platform, by_user = {"updated_by": "platform"}, {"updated_by": user_id, "customer_overridden": True}
    return [
        {"user_id": user_id, "definition": slug, "value": value, **(by_platform if chance.random() < 0.8 else by_user)}
        for slug, value in offered.items()
        if chance.random() < 0.5
    ]


_GROUPS: list[tuple[str, str, list[str], int]] = [
    ("Newsletter readers", "l1", ["email", "newsletter"], 1400),
    ("Gold and platinum", "l1", ["loyalty", "vip"], 320),
    ("Bought twice in a month", "l1", ["orders", "recent"], 611),
    ("Basket left behind", "l1", ["basket", "email"], 250),
    ("Walkers and hikers", "l2", ["shoes", "outdoor"], 101),
    ("Runners", "l2", ["shoes", "sport"], 100),
    ("Summer sale 2024", "l2", ["campaign", "summer"], 99),
    ("Winter sale 2023", "l2", ["campaign", "winter"], 11),
    ("Tailor's customers", "l2", ["made-to-measure", "vip"], 10),
    ("Press and influencers", "l3", ["press"], 9),
    ("Staff", "l3", ["internal"], 37),
    ("Test accounts", "l3", ["internal", "test"], 3),
    ("One of a kind", "l3", ["test"], 1),
    ("Nobody yet", "l3", [], 0),
    ("東京のお客様", "l1", ["city", "日本"], 58),
    ("Клиенты из Костаная", "l1", ["city"], 44),
    ("عملاء القاهرة", "l1", ["city", "شرق"], 46),
    ("Żółte buty 👟", "l2", ["shoes"], 12),
    (
        "Customers who asked by phone, by post or in the shop whether the autumn catalogue is still in print",
        "l2",
        [],
        5,
    ),
    ("All customers", "l3", ["everyone"], USERS),
]


def _groups(user_ids: list[str], chance: random.Random) -> list[Json]:
    groups: list[Json] = [
        {
            "name": name,
            "description": f"{name}: {size} customers of the demo shop",
            "category": category,
            "tags": tags,
            "file_url": f"https://files.example.com/groups/{number}.csv",
            "users": chance.sample(user_ids, size) if size < len(user_ids) else user_ids,
        }
        for number, (name, category, tags, size) in enumerate(_GROUPS)
    ]
    never_read = {"users": [], "total_users": {"count": 0, "refreshed_at": None}}
    return [
        *groups,
        {**groups[0], "name": "Import that failed", "status": "failed", **never_read},
        {**groups[1], "name": "Import that never ended", "status": "pending", **never_read},
        {**groups[2], "name": "Kept by a rule", "type": "dynamic", "tags": ["rule", "recent"]},
        {**groups[3], "name": "Switched off", "is_active": False, "tags": ["archive"], "users": user_ids[:20]},
    ]
