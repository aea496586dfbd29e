"""The seed `huge`: a million users in one group."""

from collections.abc import Iterator
from typing import Any

USERS = 1_000_000
_BLACKLISTED_EVERY = 1000


def _user_id(number: int) -> str:
    return f"64e{number:021x}"


def million(users: int = USERS) -> dict[str, Any]:
    """A seed's parts: `users` users, every thousandth blacklisted, all in the group Everyone."""
    everyone = {
        "name": "Everyone",
        "description": "Every user of the shop, to see how a long list behaves",
        "category": "l3",
        "tags": ["everyone"],
        "users": [_user_id(number) for number in range(users)],
    }
    return {"users": _users(users), "groups": [everyone]}


def _users(users: int) -> Iterator[dict[str, Any]]:
    for number in range(users):
        yield {
            "user_id": _user_id(number),
            "emails": [{"email": f"user{number}@example.com", "primary": True, "verified": True, "active": True}],
            "phone_numbers": [
                {
                    "phone": f"{9000000000 + number}",
                    "country_code": 91,
                    "verified": number % 2 == 0,
                    "primary": True,
                    "active": True,
                }
            ],
            "blacklisted": number % _BLACKLISTED_EVERY == _BLACKLISTED_EVERY - 1,
        }
