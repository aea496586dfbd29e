"""Names that somebody wrote, compared with those that there are."""

import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The known name that is closest to an unknown one, or ""."""
    by_lower = {known.lower(): known for known in names}
    return next((by_lower[close] for close in difflib.get_close_matches(name.lower(), by_lower, 1)), "")


def suggestion(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name: the closest one, else all of them."""
    names = list(names)
    close = did_you_mean(name, names)
    return f"did you mean {close}?" if close else f"there are {', '.join(names) or 'none'}"


def match(patterns: str, names: Iterable[str], kind: str) -> list[str]:
    """The names that comma-separated patterns match, without regard to case.

    Raises:
        ValueError: a pattern matches none.
    """
    names = list(names)
    chosen: set[str] = set()
    for pattern in filter(None, (part.strip() for part in patterns.split(","))):
        matching = {name for name in names if fnmatchcase(name.lower(), pattern.lower())}
        if not matching:
            raise ValueError(f"no {kind} is called {pattern}; {suggestion(pattern, names)}")
        chosen |= matching
    if not chosen:
        raise ValueError(f"it names no {kind}; leave the option out or name one")
    return [name for name in names if name in chosen]
