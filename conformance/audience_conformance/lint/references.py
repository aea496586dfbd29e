"""References within one document: resolving them, and the checks for broken references and unused components."""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from audience_conformance.lint.document import Document, Found, Problem
from audience_conformance.lint.show import show
from audience_conformance.lint.walk import Pointer, mapping, sequence

# Tools follow a chain of references recursively; no contract needs a longer one.
MOST_REFERENCES = 100


class End(NamedTuple):
    """The end of a chain of references: its object, None if there is none, and the number of references to it."""

    found: Found | None
    distance: int


class Reference(NamedTuple):
    """A `$ref` or an entry of a discriminator's mapping."""

    kind: str
    pointer: Pointer
    text: object


def references(document: Document) -> Iterator[Reference]:
    """Yield every reference, with the kind of object that it must refer to."""
    for node in document.nodes:
        if "$ref" in node.value:
            yield Reference(node.kind, (*node.pointer, "$ref"), node.value["$ref"])
        elif node.kind == "schema":
            names = mapping(mapping(node.value.get("discriminator")).get("mapping"))
            for name, text in names.items():
                if isinstance(text, str) and "/" not in text and "#" not in text:
                    text = f"#/components/schemas/{text}"  # noqa: PLW2901  # the short form is a schema's name
                yield Reference("schema", (*node.pointer, "discriminator", "mapping", name), text)


def find(document: Document, text: str) -> Found | None:
    """Return the target of a local reference such as `#/paths/~1a/get`, or None."""
    if text not in document.targets:
        start, *parts = unquote(text).split("/")
        pointer = tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
        document.targets[text] = look_up(document, pointer) if start == "#" else None
    return document.targets[text]


def look_up(document: Document, pointer: Pointer) -> Found | None:
    """Return the value at the pointer, whose list indexes become numbers, or None."""
    value: Any = document.data
    steps: list[str | int] = []
    for part in pointer:
        step: str | int = part
        if isinstance(value, list) and str(part).isascii() and str(part).isdigit():
            step = int(part)
        items = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
        if step not in items:
            return None
        value = items[step]
        steps.append(step)
    return Found(tuple(steps), value)


def follow(document: Document, value: Any, pointer: Pointer) -> Found | None:
    """Follow the chain of `$ref` of an object to its target; return None if there is none, or it is too far."""
    if not isinstance(value, dict) or "$ref" not in value:
        return Found(pointer, value)
    end = _end(document, value["$ref"])
    return end.found if end.distance <= MOST_REFERENCES else None


def _end(document: Document, reference: object) -> End:
    """Follow a chain of any length, in one pass for all of its references."""
    ends: dict[object, End] = document.chain_ends
    chain: dict[object, None] = {}
    end = End(None, 0)
    text = reference
    while isinstance(text, str) and text not in chain:
        if text in ends:
            end = ends[text]
            break
        chain[text] = None
        found = find(document, text)
        if not found or not isinstance(found.value, dict) or "$ref" not in found.value:
            end = End(found, 0)
            break
        text = found.value["$ref"]
    for text in reversed(chain):
        end = ends[text] = End(end.found, end.distance + 1)
    return end


def ref_resolves(document: Document) -> Iterator[Problem]:
    kinds = {node.pointer: node.kind for node in document.nodes}
    for reference in references(document):
        fault = _fault(document, reference, kinds)
        if fault:
            yield document.line(reference.pointer), f"{show(reference.text)} {fault}"
    if all(end.distance <= MOST_REFERENCES for end in document.chain_ends.values()):
        yield from _deep(document)


def _deep(document: Document) -> Iterator[Problem]:
    """Name a component that the operations reach only through too many others, one inside the other."""
    inside: dict[Pointer, list[tuple[Reference, Pointer]]] = {}
    for reference in references(document):
        if isinstance(reference.text, str) and (found := find(document, reference.text)):
            inside.setdefault(_component(reference.pointer), []).append((reference, _component(found.pointer)))
    level: list[Pointer] = [()]
    reached = set(level)
    for depth in itertools.count(1):
        uses = [use for component in level for use in inside.get(component, []) if use[1] not in reached]
        if not uses:
            return
        if depth > MOST_REFERENCES:
            reference, _ = uses[0]
            fault = f"is {depth} references deep inside the objects of an operation; {MOST_REFERENCES} are allowed"
            yield document.line(reference.pointer), f"{show(reference.text)} {fault}"
            return
        level = list(dict.fromkeys(component for _, component in uses))
        reached.update(level)


def _fault(document: Document, reference: Reference, kinds: dict[Pointer, str]) -> str:
    if not isinstance(reference.text, str):
        return "is not a reference; write a string such as #/components/schemas/Name"
    if not reference.text.startswith("#"):
        return "is outside this file, but the contract is a single file; put the object under components"
    found = find(document, reference.text)
    if not found:
        return "does not exist in this file; correct it or add the object"
    return _fault_of_chain(_end(document, reference.text)) or _fault_of_kind(found, reference, kinds)


def _fault_of_chain(end: End) -> str:
    if not end.found:
        return "leads only to other references; refer to an object"
    if end.distance == MOST_REFERENCES + 1:  # the longer chains lead through this one
        return f"leads through {end.distance} references to its object; refer to {show(_text(end.found))} itself"
    return ""


def _fault_of_kind(found: Found, reference: Reference, kinds: dict[Pointer, str]) -> str:
    kind = kinds.get(found.pointer, reference.kind)
    if not isinstance(found.value, dict) or kind != reference.kind:
        target = _article(kind) if kind != reference.kind else "not an object"
        return f"refers to {target}, but must refer to {_article(reference.kind)}"
    return ""


def _text(found: Found) -> str:
    return "/".join(["#", *(str(part).replace("~", "~0").replace("/", "~1") for part in found.pointer)])


def unused_component(document: Document) -> Iterator[Problem]:
    used_by: dict[Pointer, set[Pointer]] = {}
    for pointer, component in _uses(document):
        used_by.setdefault(_component(pointer), set()).add(component)
    reached: set[Pointer] = set()
    waiting: list[Pointer] = [()]
    while waiting:
        new = used_by.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    for node in document.nodes:
        if node.pointer == _component(node.pointer) and node.pointer and node.pointer not in reached:
            _, section, name = node.pointer
            text = f"components.{section} {show(name)} is unused; use it or delete it"
            yield document.line(node.pointer), text


def _uses(document: Document) -> Iterator[tuple[Pointer, Pointer]]:
    """Yield each place that uses a component, and the component."""
    for reference in references(document):
        if isinstance(reference.text, str) and (found := find(document, reference.text)):
            yield reference.pointer, _component(found.pointer)
    for node in document.nodes:
        if node.kind in ("document", "operation"):
            for requirement in sequence(node.value.get("security")):
                for name in mapping(requirement):
                    yield node.pointer, ("components", "securitySchemes", name)
    yield from _subtypes(document)


def _subtypes(document: Document) -> Iterator[tuple[Pointer, Pointer]]:
    """A schema with a discriminator uses every schema that includes it by allOf."""
    for node in document.nodes:
        if node.kind != "schema" or node.pointer != _component(node.pointer):
            continue
        for index, part in enumerate(sequence(node.value.get("allOf"))):
            found = follow(document, part, (*node.pointer, "allOf", index))
            if found and found.pointer != node.pointer and "discriminator" in mapping(found.value):
                yield found.pointer, node.pointer


def _component(pointer: Pointer) -> Pointer:
    """Return the component that contains the place, or the empty pointer outside components."""
    root, *rest = pointer or ("",)
    return pointer[:3] if root == "components" and rest[1:] else ()


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
