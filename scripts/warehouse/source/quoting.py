"""Finds out how a file quotes its fields: as RFC 4180 has it, with backslashes, behind blanks, or not at all.

Beside texts. Each way is tried on the first lines, and that with the fewest records out of shape is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from warehouse.intake.quoting import Quoting, plain_lines

_LINES_TRIED: Final = 2000


def quoting_of_text(text: str, delimiter: str) -> Quoting:
    """The way that fits the text best."""
    lines = text.split("\n", _LINES_TRIED)[:_LINES_TRIED]
    tried = [Quoting(), *_others(lines, delimiter)]
    faults = [_faults(list(plain_lines(lines, delimiter, way)), delimiter) for way in tried]
    return tried[faults.index(min(faults))]


def _others(lines: Sequence[str], delimiter: str) -> Iterator[Quoting]:
    mark = re.escape(delimiter)
    sample = "\n".join(lines)
    if '\\"' in sample:
        yield Quoting(escape="\\")
    if re.search(rf'(^|{mark}) +"', sample, re.MULTILINE):
        yield Quoting(skip_blanks=True)
    if '"' not in sample and _is_in_single_quotes(lines, delimiter):
        yield Quoting(quote="'")
    if '"' in sample and not re.search(rf'(^|{mark})"[^"\n]*"\r?({mark}|$)', sample, re.MULTILINE):
        yield Quoting(quote="")


def _is_in_single_quotes(lines: Sequence[str], delimiter: str) -> bool:
    fields = [line.rstrip("\r") for line in lines if line.strip()]
    return bool(fields) and all(
        line.startswith("'") and line.endswith("'") and f"'{delimiter}'" in line for line in fields
    )


def strict_record(delimiter: str) -> re.Pattern[str]:
    """A record as RFC 4180 has it."""
    mark = re.escape(delimiter)
    field = rf'(?:"(?:[^"]|"")*"|[^"{mark}\n]*)'
    return re.compile(rf"{field}(?:{mark}{field})*\r?")


def _faults(lines: Sequence[str], delimiter: str) -> int:
    """Records that are none, or have not as many fields as most."""
    pattern = strict_record(delimiter)
    widths: Counter[int] = Counter()
    wrong = 0
    waiting = ""
    for line in lines:
        waiting = f"{waiting}\n{line}" if waiting else line
        if waiting.count('"') % 2 and waiting.count("\n") < 200:
            continue
        if waiting.strip():
            if pattern.fullmatch(waiting):
                outside = re.sub(r'"(?:[^"]|"")*"', "", waiting)
                widths[outside.count(delimiter)] += 1
            else:
                wrong += 1 + waiting.count("\n")
        waiting = ""
    wrong += waiting.count("\n") + 1 if waiting else 0
    single = _singles(lines)
    usual = widths.most_common(1)[0][1] if widths else 0
    return wrong + widths.total() - usual + single


def _singles(lines: Sequence[str]) -> int:
    """Fields that are left in single quotes; where all are, those are the file's."""
    return sum(line.startswith("'") and line.rstrip("\r").endswith("'") for line in lines)
