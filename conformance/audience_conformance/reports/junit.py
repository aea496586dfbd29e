"""The JUnit report: a test suite for each rule group, a test case for each check and case of it.

It keeps to what the JUnit schema of Jenkins' xUnit plugin allows: the facts of a test case are in its output.
A finding that does not fail the run is "skipped", like an expected failure in pytest: a known failure, and a broken
SHOULD rule without --strict. What fails a run and is no finding is a test case of the suite "run".
"""

from xml.etree import ElementTree as ET

from audience_conformance.contract.rules import catalogue, group_titles
from audience_conformance.reports import facts
from audience_conformance.reports.evidence import evidence_text
from audience_conformance.results.result import Result
from audience_conformance.results.summary import Summary
from audience_conformance.results.verdict import EXIT_BROKEN, EXIT_OK

MESSAGE = 300
"""Maximum characters of a message, which viewers show on one line."""


def report(summary: Summary) -> str:
    """Return an XML document."""
    root = ET.Element("testsuites", name="audience-conformance", time=f"{summary.seconds:.3f}")
    for group in group_titles():
        if results := [result for result in summary.results if catalogue()[result.rule].group == group]:
            root.append(_suite(summary, group, results))
    if faults := _faults(summary):
        root.append(_run_suite(faults))
    _total(root)
    del root.attrib["skipped"]  # the schema has it for a suite only
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
    match facts.status_of(summary, result):
        case "failed" if result.level == "SHOULD" and not summary.strict:
            message = f"does not fail the run, a SHOULD rule: {result.requirement}: {result.actual}"
            _add(case, "skipped", message, _finding(summary, result), result.level)
        case "failed":
            _add(case, "failure", f"{result.requirement}: {result.actual}", _finding(summary, result), result.level)
        case "known":
            _add(case, "skipped", f"known failure: {facts.reason(summary, result)}", _finding(summary, result))
        case "skipped":
            _add(case, "skipped", f"needs {result.actual}", "")
        case "not judged":
            # With --allow-partial it does not fail the run.
            tag = "skipped" if summary.exit_code == EXIT_OK else "error"
            _add(case, tag, f"not judged: {result.actual}", "", "trouble on the way to the target")
        case "error":
            last = result.actual.strip().rpartition("\n")[2]
            _add(case, "error", last, "\n".join([result.actual, *result.curl]), "error of the suite")
    ET.SubElement(case, "system-out").text = _facts(result)
    return case


def _facts(result: Result) -> str:
    values = {
        "rule": result.rule,
        "level": result.level,
        "requirement": result.requirement,
        "operations": " ".join(result.operations),
        "operation": result.operation,
        "requests": str(result.sent),
        "location": result.location,
    }
    return "\n".join(f"{name}: {facts.visible(value)}" for name, value in values.items() if value)


def _faults(summary: Summary) -> list[tuple[str, str, str, str]]:
    """What fails the run and is no finding: element, name of the test case, message, type."""
    faults = [("failure", "known failures", line, "known failure") for line in summary.outdated]
    if summary.exit_code not in (EXIT_OK, EXIT_BROKEN):
        faults.append(("error", "verdict", facts.verdict(summary).headline, "not judged"))
    return faults


def _run_suite(faults: list[tuple[str, str, str, str]]) -> ET.Element:
    suite = ET.Element("testsuite", name="run", time="0.000")
    for tag, name, message, kind in faults:
        case = ET.SubElement(suite, "testcase", name=name, classname="run", time="0.000")
        _add(case, tag, message, message, kind)
    _total(suite)
    return suite


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
