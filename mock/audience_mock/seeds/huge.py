"""The seed `huge`: a million users in one group."""

from collections.abc import Iterator
from typing import Any

USERS = 1_000_000
_BLACKLISTED_EVERY = 1000


def million(users: int = USERS) -> dict[str, Any]:
    """The parts of the seed: `users` users, every thousandth blacklisted, all in the group Everyone."""
    user_ids = [f"64e{number:021x}" for number in range(users)]
    everyone = {
        "name": "Everyone",
        "description": "Every user of the shop, to see how a long list behaves",
        "category": "l3",
        "tags": ["everyone"],
        "users": user_ids,
    }
    return {"users": _users(user_ids), "groups": [everyone]}


def _users(user_ids: list[str]) -> Iterator[dict[str, Any]]:
    for number, user_id in enumerate(user_ids):
        phone = {"phone": str(9_000_000_000 + number), "country_code": 91, "verified": number % 2 == 0}
        yield {
            "user_id": user_id,
            "emails": [{"email": f"user{number}@example.com", "primary": True, "verified": True, "active": True}],
            "phone_numbers": [{**phone, "primary": True, "active": True}],
            "blacklisted": number % _BLACKLISTED_EVERY == _BLACKLISTED_EVERY - 1,
        }
