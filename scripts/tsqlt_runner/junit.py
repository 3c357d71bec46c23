"""The results as JUnit XML, the form that tSQLt's own XmlResultFormatter writes too.

After results. testsuites/testsuite(name, tests, errors, failures, skipped, timestamp, time)/
testcase(classname, name, time)/{failure, error, skipped}.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from tsqlt_runner.report import failure_text
from tsqlt_runner.results import FileResult, Outcome, Result

_ELEMENTS: Final = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}
_ILLEGAL: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(files: Sequence[FileResult], started: dt.datetime) -> str:
    """The document; a suite per test class, and one per file that could not be deployed."""
    root = ElementTree.Element("testsuites")
    by_class: dict[str, list[Result]] = {}
    for result in (result for file in files for result in file.results):
        by_class.setdefault(result.test.name.schema, []).append(result)
    for name, results in by_class.items():
        _suite(root, name, results, started)
    for file in files:
        if file.problem:
            suite = ElementTree.SubElement(root, "testsuite", _counts(str(file.path), 1, errors=1))
            case = ElementTree.SubElement(
                suite, "testcase", {"classname": str(file.path), "name": "deployment"}
            )
            ElementTree.SubElement(case, "error", {"message": _legal(file.problem)})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, name: str, results: Sequence[Result], started: dt.datetime) -> None:
    tally = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    attributes = _counts(
        name, len(results), tally[Outcome.ERROR], tally[Outcome.FAILED], tally[Outcome.SKIPPED]
    )
    attributes["timestamp"] = started.isoformat(timespec="seconds")
    attributes["time"] = f"{sum(result.seconds for result in results):.3f}"
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for result in results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {"classname": name, "name": result.test.name.name, "time": f"{result.seconds:.3f}"},
        )
        element = _ELEMENTS.get(result.outcome)
        if element is not None:
            child = ElementTree.SubElement(case, element, {"message": _legal(result.message)})
            child.text = _legal(failure_text(result)) if result.outcome.is_bad else None


def _counts(name: str, tests: int, errors: int = 0, failures: int = 0, skipped: int = 0) -> dict[str, str]:
    numbers = {"tests": tests, "errors": errors, "failures": failures, "skipped": skipped}
    return {"name": name, **{key: str(value) for key, value in numbers.items()}}


def _legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
