"""Reads `.test` files: the format that README.md beside this module describes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
_GO: Final = re.compile(r"^[ \t]*GO[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BLANK: Final = "' '"
"""What an empty PRINT tells."""
_SECTION: Final = re.compile(r"^-- (?=name: |setup\b)", re.MULTILINE)
_MARK: Final = re.compile(r"^-- (refused|deviation|only): (.+)$")
_ERROR: Final = re.compile(
    r"^error (?P<number>\d+)(?P<facets>(?: (?:severity|state|line|procedure) \S+?)*)(?:: (?P<text>.*))?$"
)


@dataclass(frozen=True)
class ResultSet:
    """Expected rows, each cell as text; `names`, `types` and `nulls` are None where they do not matter."""

    rows: tuple[tuple[str, ...], ...]
    ordered: bool = True
    names: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    nulls: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ExpectedError:
    """An error; `text` None and absent facets match anything."""

    number: int
    text: str | None = None
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ExpectedMessage:
    text: str


@dataclass(frozen=True)
class ExpectedCount:
    count: int


Expectation = ResultSet | ExpectedError | ExpectedMessage | ExpectedCount


@dataclass(frozen=True)
class Case:
    """One case: its batches and what must reach the client. `mark` is '', refused, deviation or only."""

    path: Path
    line: int
    name: str
    batches: tuple[str, ...]
    expected: tuple[Expectation, ...]
    mark: str = ""
    note: str = ""


@dataclass(frozen=True)
class CaseFile:
    """A file: area (its folder), construct, set-up batches, cases."""

    path: Path
    area: str
    construct: str
    setup: tuple[str, ...]
    cases: tuple[Case, ...] = field(repr=False)


class CaseFileError(Exception):
    """A file that does not follow the format."""


def read_all(folder: Path = FOLDER) -> list[CaseFile]:
    """Every file below `folder`, by path."""
    return [read(path) for path in sorted(folder.rglob("*.test"))]


def read(path: Path) -> CaseFile:
    text = path.read_text(encoding="utf-8")
    starts = [match.start() for match in _SECTION.finditer(text)]
    head = text[: starts[0]] if starts else text
    construct = re.search(r"^# Construct: (.+)$", head, re.MULTILINE)
    if construct is None or any(line and not line.startswith("#") for line in head.splitlines()):
        raise CaseFileError(f"{path}: begins with # comments, one of them '# Construct: …'")
    setup: tuple[str, ...] = ()
    cases = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        section, line = text[start:end], text.count("\n", 0, start) + 1
        if section.startswith("-- setup"):
            setup = _batches(section.partition("\n")[2])
        else:
            cases.append(_case(path, line, section))
    names = [case.name for case in cases]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise CaseFileError(f"{path}: names appear twice: {sorted(repeated)}")
    return CaseFile(path, path.parent.name, construct[1].strip(), setup, tuple(cases))


def _case(path: Path, line: int, section: str) -> Case:
    first, _, rest = section.partition("\n")
    mark = note = ""
    found = _MARK.match(rest.partition("\n")[0])
    if found is not None:
        mark, note = found[1], found[2].strip()
        rest = rest.partition("\n")[2]
    sql, separator, expected = rest.partition("\n----\n")
    if not separator:
        raise CaseFileError(f"{path}:{line}: a case needs a line ---- and what is expected")
    name = first.removeprefix("-- name: ").strip()
    return Case(path, line, name, _batches(sql), _expectations(expected, f"{path}:{line}"), mark, note)


def _batches(sql: str) -> tuple[str, ...]:
    return tuple(part.strip("\n") for part in _GO.split(sql) if part.strip())


def _expectations(text: str, place: str) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    lines = [line for line in text.splitlines() if line.strip()]
    described: dict[str, tuple[str, ...]] = {}
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        word, _, rest = line.partition(" ")
        if word in ("names", "types", "nulls"):
            described[word] = cells(rest)
        elif line in ("rows", "rows unordered"):
            rows = []
            while position < len(lines) and lines[position].startswith("  "):
                rows.append(cells(lines[position]))
                position += 1
            found.append(ResultSet(tuple(rows), line == "rows", **described))
            described = {}
        elif word == "error" and (error := _ERROR.match(line)):
            words = error["facets"].split()
            facets = tuple(zip(words[::2], words[1::2], strict=True))
            found.append(ExpectedError(int(error["number"]), error["text"], facets))
        elif word == "message":
            found.append(ExpectedMessage(" " if rest == _BLANK else rest))
        elif word == "count":
            found.append(ExpectedCount(int(rest)))
        elif line != "nothing":
            raise CaseFileError(f"{place}: cannot read the expectation {line!r}")
    if not lines:
        raise CaseFileError(f"{place}: no expectation; say 'nothing' if none")
    return tuple(found)


def cells(line: str) -> tuple[str, ...]:
    """Cells of a row: separated by bars outside quotes, blanks around them dropped."""
    found, cell, quoted = [], "", False
    for character in line:
        if character == "'" and (quoted or not cell.strip()):
            quoted = not quoted
        elif character == "'":
            quoted = False
        if character == "|" and not quoted:
            found.append(cell.strip())
            cell = ""
        else:
            cell += character
    return (*found, cell.strip())
