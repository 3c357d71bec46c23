"""Invented texts for the tests of an entity, one good, one other and one bad per column, and what they
become.

Beside silver. Made from the contract alone, so that no value of a user's file gets into a repository; reached
independently of the T-SQL that reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from warehouse.contracts import Column, Contract, path_parts
from warehouse.scaffold.typing import typing_of

_DAYS: Final = {"yyyy": ("2021", "2022"), "yy": ("21", "22"), "MMM": ("Mar", "Mar"), "MM": ("03", "03"),
    "dd": ("07", "07"), "HH": ("14", "14"), "hh": ("02", "02"), "mm": ("05", "05"), "ss": ("00", "00"),
    "a": ("PM", "PM")}  # fmt: skip
_PREFIXED: Final = "$£¥₹"


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts of a column, and in T-SQL what the first two become. `rule` is what the bad one breaks."""

    name: str
    good: str
    other: str
    good_value: str
    other_value: str
    bad: str = ""
    rule: str = ""
    is_key: bool = False
    is_required: bool = False

    @property
    def quoted(self) -> tuple[str, str, str]:
        """The good, the other and the bad text as T-SQL literals."""
        good, other, bad = (
            f"N'{text.replace(chr(39), chr(39) * 2)}'" for text in (self.good, self.other, self.bad)
        )
        return good, other, bad


def samples_of(contract: Contract) -> Mapping[str, Any]:
    """What the templates of the tests are filled with."""
    samples = [_sample(column) for column in contract.columns]
    ruled = [sample for sample in samples if sample.rule]
    plain = [sample for sample in samples if not sample.is_key]
    return {
        "samples": samples,
        "ruled": ruled,
        "changed": plain[-1] if plain else None,
        "is_jsonl": contract.dialect.form == "jsonl",
        "json_good": _as_json(contract, [sample.good for sample in samples]),
        "json_other": _as_json(contract, [sample.other for sample in samples]),
    }


def _as_json(contract: Contract, texts: list[str]) -> str:
    """The texts as a line of JSON, where the contract's paths have them; in T-SQL's quotes."""
    if contract.dialect.form != "jsonl":
        return ""
    found: dict[str, Any] = {}
    for column, text in zip(contract.columns, texts, strict=True):
        *parents, name = path_parts(column.json_path)
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = json.loads(text) if column.typed_as == "json" else text
    return json.dumps(found, ensure_ascii=False).replace("'", "''")


def _sample(column: Column) -> Sample:
    typing = typing_of(column)
    good, other, value, other_value, bad = _texts(column)
    rule = f"{typing.rule}:{column.name}" if typing.rule else ""
    return Sample(
        column.name,
        good,
        other,
        value,
        other_value,
        bad if rule else "",
        rule,
        column.key_position > 0,
        column.required,
    )


def _texts(column: Column) -> tuple[str, str, str, str, str]:
    match column.typed_as:
        case "date" | "timestamp":
            return _dates(column)
        case "number":
            texts = [_written(column, text) for text in ("1234.50", "2.25")]
            return texts[0], texts[1], "1234.50", "2.25", "1234.5x"
        case "whole_number" | "integer":
            texts = [_written(column, text) for text in ("1234", "2")]
            return texts[0], texts[1], "1234", "2", "12x"
        case "decimal" | "rate":
            return "1234.50", "2.25", "1234.50", "2.25", "1234.5x"
        case "float":
            return "1.5E+03", "2.25", "1500", "2.25", "1.5E"
        case "percent":
            texts = [_written(column, text) for text in ("12.5", "50")]
            return f"{texts[0]}%", f"{texts[1]} %", "0.125", "0.5", "half"
        case "json":
            return '["a"]', '["b", 2]', """N'["a"]'""", """N'["b", 2]'""", ""
        case "flag":
            return "yes", "no", "1", "0", "perhaps"
        case _:
            return "a1", "b2", "N'a1'", "N'b2'", ""


def _written(column: Column, number: str) -> str:
    """A number as the column's files write it."""
    whole, _, fraction = number.partition(".")
    if len(whole) > 3:
        whole = f"{whole[:-3]}{',' if column.decimal_mark == '.' else '.'}{whole[-3:]}"
    text = whole + (column.decimal_mark + fraction if fraction else "")
    if not column.unit or column.typed_as == "percent":
        return text
    return f"{column.unit}{text}" if column.unit[-1] in _PREFIXED else f"{text} {column.unit}"


def _dates(column: Column) -> tuple[str, str, str, str, str]:
    pattern = column.date_format or (
        "yyyy-MM-dd HH:mm:ss" if column.typed_as == "timestamp" else "yyyy-MM-dd"
    )
    texts = []
    for place in (0, 1):
        text, rest = "", pattern
        while rest:
            token = next((word for word in _DAYS if rest.startswith(word)), "")
            text += _DAYS[token][place] if token else rest[0]
            rest = rest[len(token) or 1 :]
        texts.append(text)
    time = " 14:05:00" if "mm" in pattern else " 00:00:00" if column.typed_as == "timestamp" else ""
    return (
        texts[0],
        texts[1],
        f"'2021-03-07{time.replace(' ', 'T')}'",
        f"'2022-03-07{time.replace(' ', 'T')}'",
        "no day",
    )
