"""The JUnit report: a test suite for each rule group, a test case for each check and case of it.

A known failure is "skipped", like an expected failure in pytest. A known failure that now passes is a failure, as it
is for the exit code.
"""

from xml.etree import ElementTree as ET

from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports import facts
from audience_conformance.reports.evidence import evidence_text
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary

MESSAGE = 300
"""Maximum characters of a message, which viewers show on one line."""


def report(summary: Summary) -> str:
    """Return an XML document."""
    root = ET.Element("testsuites", name="audience-conformance", time=f"{summary.seconds:.3f}")
    for group in group_titles():
        if results := [result for result in summary.results if catalogue()[result.rule].group == group]:
            root.append(_suite(summary, group, results))
    _total(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(summary: Summary, group: str, results: list[Result]) -> ET.Element:
    suite = ET.Element("testsuite", name=group, time=f"{sum(result.seconds for result in results):.3f}")
    if summary.started:
        suite.set("timestamp", facts.visible(summary.started))
    properties = [("verdict", facts.verdict(summary).headline)]
    properties += [(name, getattr(summary, name)) for name in ("target", "profile", "seed", "version")]
    _properties(suite, [*properties, *(("note", note) for note in summary.notes)])
    order = list(catalogue())
    for result in sorted(results, key=lambda result: order.index(result.rule)):
        suite.append(_case(summary, result))
    _total(suite)
    return suite


def _case(summary: Summary, result: Result) -> ET.Element:
    case = ET.Element("testcase", name=facts.visible(result.id), classname=result.rule, time=f"{result.seconds:.3f}")
    properties = {
        "rule": result.rule,
        "level": result.level,
        "requirement": result.requirement,
        "operations": " ".join(result.operations),
        "operation": result.operation,
        "requests": str(result.sent),
        "location": result.location,
    }
    _properties(case, [(name, value) for name, value in properties.items() if value])
    match facts.status_of(summary, result):
        case "failed":
            _add(case, "failure", f"{result.requirement}: {result.actual}", _finding(summary, result), result.level)
        case "known":
            _add(case, "skipped", f"known failure: {facts.reason(summary, result)}", _finding(summary, result))
        case "skipped":
            _add(case, "skipped", f"needs {result.actual}", "")
        case "not judged":
            _add(case, "error", f"not judged: {result.actual}", "", "trouble on the way to the target")
        case "error":
            last = result.actual.strip().rpartition("\n")[2]
            _add(case, "error", last, "\n".join([result.actual, *result.curl]), "error of the suite")
        case "passed" if result.rule in summary.fixed:
            text = f"{result.rule} holds, yet is listed as a known failure: {summary.known[result.rule]}"
            _add(case, "failure", text, "Take it off the list of known failures.", "known failure that passed")
    return case


def _finding(summary: Summary, result: Result) -> str:
    return f"{facts.describe(summary, result)}\n{evidence_text(result)}"


def _add(case: ET.Element, tag: str, message: str, text: str, type_: str = "") -> None:
    element = ET.SubElement(case, tag, message=facts.one_line(message, MESSAGE))
    if type_:
        element.set("type", type_)
    if text:
        element.text = facts.visible(text)


def _properties(element: ET.Element, properties: list[tuple[str, object]]) -> None:
    parent = ET.SubElement(element, "properties")
    for name, value in properties:
        ET.SubElement(parent, "property", name=name, value=facts.visible(str(value)))


def _total(element: ET.Element) -> None:
    every = list(element.iter("testcase"))
    element.set("tests", str(len(every)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in every)))
