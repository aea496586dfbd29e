"""Files of users in the many forms that a CSV file may have."""

import base64
from urllib.parse import quote

BYTE_ORDER_MARK = "byte-order-mark"
"""The form that a server may refuse to read."""
FORMS = (
    "plain",
    "crlf",
    "quoted",
    "duplicates",
    "more-columns",
    BYTE_ORDER_MARK,
    "no-newline-at-the-end",
    "base64",
    "long",
    "unicode",
    "unusual-ids",
    "header-only",
    "blank-lines",
    "mixed",
)
IDS = ("007", "7", "0", "null", "NA", "None", "nan", "true", "1e5", "abc", "ABC", "a b", "a+b", "a%2Bb", "at:x", "x")
"""User ids that a CSV reader may change, for example to numbers."""
VERY_LONG = 1100
"""Users in a file that a server may have to read in parts."""


def file_of_form(form: str, users: list[str]) -> tuple[str, list[str]]:
    """A file_url of this form, and the users in the file."""
    first = users[0]
    users = {
        "long": [f"{first}-{number:03}" for number in range(250)],
        "unicode": [f"{user}-é☂" for user in users],
        "quoted": [*users, f"{first},b", f'{first} "c"'],
        "unusual-ids": [*IDS, *users],
        "header-only": [],
    }.get(form, users)
    lines = {
        "quoted": ['"{}"'.format(line.replace('"', '""')) for line in ("user_id", *users)],
        "duplicates": ["user_id", *users, *users[-1:], *users[:2], *users],
        "blank-lines": ["user_id", "", *(line for user in users for line in (user, "", "")), ""],
        "mixed": ["note,user_id", "", f",{first}", *(f'"a, b",{user}\n\nx,' for user in users), f'"",{first}', ""],
        "more-columns": ["name,user_id,note", *(f'"Last, first",{user},"user_id"' for user in users)],
    }.get(form, ["user_id", *users])
    text = "".join(f"{line}\n" for line in lines)
    text = {
        "crlf": text.replace("\n", "\r\n"),
        "mixed": text.replace("\n", "\r\n"),
        BYTE_ORDER_MARK: f"\ufeff{text}",
        "no-newline-at-the-end": text.removesuffix("\n"),
    }.get(form, text)
    if form == "base64":
        return f"data:text/csv;base64,{base64.b64encode(text.encode()).decode()}", users
    return f"data:text/csv,{quote(text, safe='')}", users
