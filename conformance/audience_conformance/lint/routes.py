"""Checks of paths and their routing."""

import re
from collections.abc import Iterator

from audience_conformance.lint.document import Document, Problem
from audience_conformance.lint.operations import Parameter, listed_parameters, operations, parameters
from audience_conformance.lint.show import show
from audience_conformance.lint.values import Line
from audience_conformance.lint.walk import mapping

_NAME = re.compile(r"\{([^{}]*)\}")


def _names(path: str) -> list[str]:
    return _NAME.findall(path)


def path_params(document: Document) -> Iterator[Problem]:
    for path, item in mapping(document.data.get("paths")).items():
        if path.startswith("x-"):
            continue
        if re.search(r"[{}]", _NAME.sub("", path)):
            yield document.line(("paths", path)), f"{path} has an unpaired brace; write {{name}}"
        for name in dict.fromkeys(name for name in _names(path) if _names(path).count(name) > 1):
            yield document.line(("paths", path)), f"{path} has {{{name}}} twice; rename one"
        for parameter in listed_parameters(document, ("paths", path), item):
            yield from _mismatches(document, path, parameter)
    for operation in operations(document):
        for parameter in listed_parameters(document, operation.pointer, operation.value):
            yield from _mismatches(document, operation.path, parameter)
        declared = {parameter.name for parameter in parameters(document, operation) if parameter.place == "path"}
        for name in dict.fromkeys(_names(operation.path)):
            if name not in declared:
                fix = "add it to parameters with in: path and required: true"
                yield document.line(operation.pointer), f"{operation.title} does not declare {{{name}}}; {fix}"


def _mismatches(document: Document, path: str, parameter: Parameter) -> Iterator[Problem]:
    if parameter.place != "path":
        return
    line = document.line(parameter.pointer)
    if parameter.name not in _names(path):
        yield line, f"{show(parameter.name)} is in: path, but {path} has no {{{parameter.name}}}"
    elif parameter.value.get("required") is not True:
        yield line, f"{show(parameter.name)} is in: path without required: true; add it"


def literal_first(document: Document) -> Iterator[Problem]:
    paths = [path for path in mapping(document.data.get("paths")) if path.startswith("/")]
    by_length: dict[int, list[list[str]]] = {}
    for later in paths:
        segments = later.split("/")
        alike = by_length.setdefault(len(segments), [])
        hiding = next((other for other in alike if _is_hidden(other, segments)), None)
        alike.append(segments)
        if hiding:
            earlier = "/".join(hiding)
            line = document.line(("paths", earlier))
            text = f"{later} comes after {earlier}, which takes its requests; move it before line {line}"
            yield document.line(("paths", later)), text


def _is_hidden(earlier: list[str], later: list[str]) -> bool:
    """Whether a request can match both paths of one length, and at the first difference only the later is literal."""
    pairs = [(a, b) for a, b in zip(earlier, later, strict=True) if a != b]
    if not all(_matches(a, b) or _matches(b, a) for a, b in pairs):
        return False
    return next((bool(_names(a)) for a, b in pairs if bool(_names(a)) != bool(_names(b))), False)


def _matches(template: str, segment: str) -> bool:
    if not _names(template):
        return False
    head, tail = template[: template.index("{")], template[template.rindex("}") + 1 :]
    return segment.startswith(head) and segment.endswith(tail)


def jinja_marker(document: Document) -> Iterator[Problem]:
    for number, line in enumerate(document.text.splitlines(), start=1):
        for marker in dict.fromkeys(re.findall(r"\{[{%#]", line)):
            text = f"{marker} starts a Jinja2 tag, and Connexion renders the file through it; add a space"
            yield Line(number, line.index(marker) + 1), text
