"""Checks of the names of schemas, which code generators turn into names of classes and files."""

import re
from collections.abc import Iterator

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import mapping

# Language -> names that a generated class would hide, so that generators rename it or the code breaks. Generators write
# every name in capitals and drop its punctuation, so `error` and `Err_or` are Error too.
# Sources: the globals of ECMAScript and the DOM and TypeScript's utility types; Python's built-ins, typing and
# pydantic; java.lang and java.util; Go's words; the reserved words of openapi-generator.
_TAKEN = {
    "TypeScript": """Array ArrayBuffer Awaited BigInt Blob Body Boolean CustomEvent DataView Date Document Element
        Error Event Exclude Extract Fetch File FormData Function Generator Headers Infinity InstanceType Intl Iterable
        Iterator JSON Location Map Math NaN NonNullable Notification Number Object Omit Parameters Partial Pick Promise
        Proxy RangeError Readonly Record ReferenceError Reflect RegExp Request Required Response ReturnType Set String
        Symbol SyntaxError TypeError URL URLSearchParams Uint8Array Undefined Unknown Never WeakMap WeakSet Window""",
    "Python": """Any BaseException BaseModel Bool Bytes Callable Config ConfigDict Dict Enum Exception False Field
        Float FrozenSet Int KeyError List Literal LookupError Model None Optional OSError RuntimeError Self Str
        TimeoutError True Tuple Type Union ValidationError ValueError Warning""",
    "Java": """Byte Character Class Collection Collections Double Integer Long Objects
        Override Short Stream Thread Throwable UUID Void""",
    "Go": """APIClient APIResponse Chan Configuration Context Defer Func GenericOpenAPIError Interface Nil Package
        Range Rune Select Struct Time Var""",
}
_LANGUAGES = {name.casefold(): language for language, names in _TAKEN.items() for name in names.split()}


def reserved_schema_name(document: Document) -> Iterator[Problem]:
    first: dict[str, str] = {}
    schemas = mapping(mapping(document.data.get("components")).get("schemas"))
    for name in schemas:
        line = document.line(("components", "schemas", name))
        plain = _plain(name)
        if plain in _LANGUAGES:
            owner = f"{_LANGUAGES[plain]}'s own"
            yield line, f"the schema name {show(name)} is {owner}: generated code renames or hides it; choose another"
        if plain in first:
            text = f"the schema names {show(first[plain])} and {show(name)} give one class; choose another"
            yield line, text
        if plain:
            first.setdefault(plain, name)
    for name in schemas:
        base = first.get(_plain(name).removeprefix("nullable"))
        if _plain(name).startswith("nullable") and base:
            text = f"generated Go has a helper {show(name)} for {show(base)}; choose another name, such as {base}OrNull"
            yield document.line(("components", "schemas", name)), text


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())
