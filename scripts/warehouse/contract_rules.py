"""Reads the `quality:` of a contract: which rules its data must keep, how strictly, and what a breach means.

Beside contracts, which calls it. Follows the Open Data Contract Standard 3.1: library metrics (nullValues,
missingValues, invalidValues, duplicateValues, rowCount), SQL and custom rules, the operators mustBe…, unit.
The standard leaves what a custom rule says to its engine; ours is `warehouse`, whose `implementation` names
a kind: docs/quality.md lists them. T-SQL 2019 has no regular expressions, so a `pattern` becomes a LIKE or is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from open_data_contract_standard.model import DataQuality

SEVERITIES: Final = ("warn", "quarantine", "fail")
ROW_KINDS: Final = ("not_null", "accepted_values", "range", "pattern", "predicate")
"""Kinds that a record breaks by itself: these alone can keep it out."""
KINDS: Final = (*ROW_KINDS, "unique", "referential", "freshness", "row_count", "reconciliation", "query")
OPERATORS: Final = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)
_METRICS: Final = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,127}")
_TABLE: Final = re.compile(r"(bronze|silver|gold)\.[a-z][a-z0-9_]{0,120}")
_SETTINGS: Final = {
    "not_null": ("column",),
    "accepted_values": ("column", "values"),
    "range": ("column", "minimum", "maximum"),
    "pattern": ("column", "pattern", "like"),
    "predicate": ("violation",),
    "unique": ("columns",),
    "referential": ("columns", "references", "referencedColumns"),
    "freshness": ("column", "relativeTo"),
    "row_count": (),
    "reconciliation": ("value", "by", "with", "tolerance"),
    "query": ("query",),
}
_COMMON: Final = ("kind", "table", "where", "key")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the figure must be: the standard's operator, its one or two numbers, and 'rows', 'percent', …"""

    operator: str = "mustBe"
    low: str = "0"
    high: str | None = None
    unit: str = "rows"


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A rule that is counted. `on` is the table ('' for the entity's own records), `where` narrows its rows.

    `key` are the columns by which a failing row is told; `settings` hold what the kind needs, checked.
    """

    name: str
    kind: str
    severity: str
    description: str
    threshold: Threshold
    on: str = ""
    where: str = ""
    key: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


class Complaint(Protocol):
    """Makes the error of a place in the contract, what is wrong with it, and what to do."""

    def __call__(self, place: str, problem: str, remedy: str) -> Exception: ...


def read_rules(
    items: Sequence[DataQuality], place: str, column: str, complain: Complaint
) -> Iterator[QualityRule]:
    """The rules of a schema (`column` '') or of a column; those of type text are for people.

    Errors: what `complain` makes.
    """
    for index, item in enumerate(items):
        if item.type != "text":
            yield _Reader(item, f"{place}.quality[{index}]", column, complain).rule()


class _Reader:
    """One rule."""

    def __init__(self, item: DataQuality, place: str, column: str, complain: Complaint) -> None:
        self._item = item
        self._place = place
        self._column = column
        self._complain = complain

    def rule(self) -> QualityRule:
        item = self._item
        kind, settings = self._said()
        name = item.name or (f"{kind}_{self._column}" if self._column else kind)
        if not _NAME.fullmatch(name):
            raise self._error("name", f"{name!r} is no rule name", "use lower-case letters, digits and _")
        severity = item.severity or "warn"
        if severity not in SEVERITIES:
            raise self._error("severity", f"is {severity!r}", f"write one of {', '.join(SEVERITIES)}")
        on, where, key = (
            settings.pop(name, default) for name, default in (("table", ""), ("where", ""), ("key", []))
        )
        operators: dict[str, Any] = {name: settings.pop(name) for name in OPERATORS if name in settings}
        self._check_common(on, where, key)
        self._check_settings(kind, settings)
        threshold = self._threshold(kind, operators)
        if severity == "quarantine" and (kind not in ROW_KINDS or on or threshold != Threshold()):
            raise self._error(
                "severity",
                f"cannot be quarantine for {kind}{' on ' + on if on else ''}",
                f"only {', '.join(ROW_KINDS)} of the delivered record itself keep it out, each one; use fail",
            )
        return QualityRule(
            name, kind, severity, item.description or "", threshold, on, where.strip(), tuple(key), settings
        )

    def _said(self) -> tuple[str, dict[str, Any]]:
        """Kind and settings, whichever of the standard's forms says them."""
        item = self._item
        kind = item.type or ("library" if item.metric or item.rule else "")
        if kind == "library":
            return self._library()
        if kind == "sql":
            return "query", {"query": item.query, **self._custom()}
        if kind == "custom" and item.engine == "tsql":
            return "predicate", {"violation": item.implementation, **self._custom()}
        if kind == "custom" and item.engine == "warehouse" and isinstance(item.implementation, dict):
            settings = dict(item.implementation)
            if self._column and "column" in _SETTINGS.get(str(settings.get("kind")), ()):
                settings.setdefault("column", self._column)
            return self._known_kind(settings.pop("kind", None)), settings
        raise self._error(
            "type",
            f"{item.type!r} with engine {item.engine!r} is nothing that runs here",
            "use library with a metric, sql with a query, or custom with engine tsql or warehouse",
        )

    def _library(self) -> tuple[str, dict[str, Any]]:
        metric, arguments = self._item.metric or self._item.rule, dict(self._item.arguments or {})
        if metric not in _METRICS:
            raise self._error("metric", f"is {metric!r}", f"write one of {', '.join(_METRICS)}")
        if metric == "rowCount":
            return "row_count", {**arguments, **self._custom()}
        if metric == "duplicateValues":
            columns = arguments.pop("properties", [self._column] if self._column else [])
            return "unique", {"columns": columns, **arguments, **self._custom()}
        if not self._column:
            raise self._error("metric", f"{metric} is of a column", "put it under the column's quality")
        settings: dict[str, Any] = {"column": self._column, **self._custom()}
        if metric in ("nullValues", "missingValues"):
            return "not_null", {**settings, **arguments}
        if "validValues" in arguments:
            return "accepted_values", {**settings, "values": arguments.pop("validValues"), **arguments}
        return ("pattern" if {"pattern", "like"} & set(arguments) else "range"), {**settings, **arguments}

    def _custom(self) -> dict[str, Any]:
        return {str(entry.property): entry.value for entry in self._item.customProperties or []}

    def _known_kind(self, kind: object) -> str:
        if kind not in KINDS:
            raise self._error("implementation.kind", f"is {kind!r}", f"write one of {', '.join(KINDS)}")
        return str(kind)

    def _check_common(self, on: object, where: object, key: object) -> None:
        if on and not (isinstance(on, str) and _TABLE.fullmatch(on)):
            raise self._error("table", f"is {on!r}", "name a table such as silver.orders")
        if not isinstance(where, str):
            raise self._error("where", "is no text", "write a T-SQL condition")
        self._check_columns("key", key, optional=True)

    def _check_settings(self, kind: str, settings: Mapping[str, Any]) -> None:
        unknown = sorted(set(settings) - set(_SETTINGS[kind]))
        if unknown:
            known = ", ".join((*_SETTINGS[kind], *_COMMON))
            raise self._error(unknown[0], f"is nothing that {kind} knows", f"it knows {known}")
        checks: dict[str, Callable[[], None]] = {
            "not_null": lambda: self._check_columns("column", [settings.get("column")]),
            "accepted_values": lambda: self._check_values(settings),
            "range": lambda: self._check_range(settings),
            "pattern": lambda: self._check_pattern(settings),
            "predicate": lambda: self._check_text("implementation", settings.get("violation")),
            "unique": lambda: self._check_columns("columns", settings.get("columns")),
            "referential": lambda: self._check_referential(settings),
            "freshness": lambda: self._check_freshness(settings),
            "row_count": lambda: None,
            "reconciliation": lambda: self._check_reconciliation(settings),
            "query": lambda: self._check_text("query", settings.get("query")),
        }
        checks[kind]()

    def _check_columns(self, place: str, value: object, *, optional: bool = False) -> None:
        names = value if isinstance(value, list) else [value]
        if (not names and not optional) or not all(
            isinstance(n, str) and _COLUMN.fullmatch(n) for n in names
        ):
            raise self._error(place, f"is {value!r}", "name columns in lower-case letters, digits and _")

    def _check_values(self, settings: Mapping[str, Any]) -> None:
        self._check_columns("column", [settings.get("column")])
        values = settings.get("values")
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(v, str | int | float) for v in values)
        ):
            raise self._error("validValues", f"is {values!r}", "list the values that are allowed")

    def _check_range(self, settings: Mapping[str, Any]) -> None:
        self._check_columns("column", [settings.get("column")])
        limits = [settings.get("minimum"), settings.get("maximum")]
        if limits == [None, None] or not all(
            limit is None or (isinstance(limit, int | float) and not isinstance(limit, bool))
            for limit in limits
        ):
            raise self._error("arguments", "hold no limits", "give minimum, maximum or both, as numbers")

    def _check_pattern(self, settings: Mapping[str, Any]) -> None:
        self._check_columns("column", [settings.get("column")])
        if ("pattern" in settings) == ("like" in settings):
            raise self._error("arguments", "hold no pattern, or two", "give pattern or like")
        if "pattern" in settings:
            try:
                like_of(str(settings["pattern"]))
            except ValueError as error:
                raise self._error(
                    "pattern", f"is {settings['pattern']!r}: {error}", "use like instead"
                ) from error
        else:
            self._check_text("like", settings["like"])

    def _check_referential(self, settings: Mapping[str, Any]) -> None:
        self._check_columns("columns", settings.get("columns"))
        references = settings.get("references")
        if not isinstance(references, str) or not _TABLE.fullmatch(references):
            raise self._error("references", f"is {references!r}", "name a table such as silver.products")
        others = settings.get("referencedColumns", settings["columns"])
        self._check_columns("referencedColumns", others)
        if len(others) != len(settings["columns"]):
            raise self._error("referencedColumns", "are not as many as columns", "pair them")

    def _check_freshness(self, settings: Mapping[str, Any]) -> None:
        self._check_columns("column", [settings.get("column")])
        if settings.get("relativeTo", "now") not in ("now", "businessDate"):
            raise self._error("relativeTo", f"is {settings['relativeTo']!r}", "write now or businessDate")

    def _check_reconciliation(self, settings: Mapping[str, Any]) -> None:
        other = settings.get("with")
        if not isinstance(other, dict) or set(other) - {"table", "value", "by", "where"}:
            raise self._error("with", f"is {other!r}", "give table, value and, if need be, by and where")
        if not isinstance(other.get("table"), str) or not _TABLE.fullmatch(other["table"]):
            raise self._error(
                "with.table", f"is {other.get('table')!r}", "name a table such as silver.orders"
            )
        for place, value in (("value", settings.get("value")), ("with.value", other.get("value"))):
            self._check_text(place, value)
        if ("by" in settings) != ("by" in other):
            raise self._error("by", "is there on one side only", "say by what both tables are grouped")
        tolerance = settings.get("tolerance", 0)
        if not isinstance(tolerance, int | float) or isinstance(tolerance, bool) or tolerance < 0:
            raise self._error("tolerance", f"is {tolerance!r}", "give a number from 0")

    def _check_text(self, place: str, value: object) -> None:
        if not isinstance(value, str) or not value.strip():
            raise self._error(place, "is no text", "write T-SQL")

    def _threshold(self, kind: str, operators: Mapping[str, Any]) -> Threshold:
        """Operators stand beside a metric or a query, and inside the implementation of a custom rule."""
        said = {name: value for name in OPERATORS if (value := getattr(self._item, name)) is not None}
        if said and self._item.type == "custom":
            raise self._error(next(iter(said)), "is no part of a custom rule", "put it into implementation")
        given = list({**said, **operators}.items())
        if len(given) > 1:
            raise self._error(given[1][0], f"is there beside {given[0][0]}", "give one operator")
        unit = self._item.unit or ("hours" if kind == "freshness" else "rows")
        units = (
            ("hours",)
            if kind == "freshness"
            else ("rows",)
            if kind in ("row_count", "query")
            else ("rows", "percent")
        )
        if unit not in units:
            raise self._error("unit", f"is {unit!r}", f"write {' or '.join(units)}")
        if not given:
            if kind in ("row_count", "freshness"):
                raise self._error("mustBe…", "is missing", f"say what the {kind} must be")
            return Threshold(unit=unit)
        operator, value = given[0]
        numbers = value if isinstance(value, list) else [value]
        if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
            raise self._error(operator, f"is {value!r}", "give a number")
        if len(numbers) == 2 and numbers[0] > numbers[1]:
            raise self._error(operator, f"is {value!r}", "give the lesser number first")
        texts = [as_written(number) for number in numbers]
        return Threshold(operator, texts[0], texts[1] if len(texts) > 1 else None, unit)

    def _error(self, place: str, problem: str, remedy: str) -> Exception:
        return self._complain(f"{self._place}.{place}", problem, remedy)


def as_written(number: float) -> str:
    """A number as decimal text: floats of YAML are written shortest, so 0.01 stays 0.01."""
    return f"{number:f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)


_QUANTIFIED: Final = re.compile(r"\{(\d+)\}")


def like_of(pattern: str) -> str:
    """The LIKE pattern that means the same as a regular expression. Errors: ValueError where there is none.

    Letters, digits, `.`, `\\d`, `[…]`, each with `{n}` or not; `.*` and `.+`. Without ^ or $ anything may
    stand before or behind.
    """
    text, result = pattern, "" if pattern.startswith("^") else "%"
    text = text.removeprefix("^")
    ends = text.endswith("$") and not text.endswith("\\$")
    text = text[:-1] if ends else text
    while text:
        piece, text = _piece(text)
        if text[:1] in ("*", "+"):
            if piece != "_":
                raise ValueError(f"LIKE knows no {text[0]} behind anything but a dot")
            piece, text = ("%" if text[0] == "*" else "_%"), text[1:]
        elif (times := _QUANTIFIED.match(text)) is not None:
            piece, text = piece * int(times[1]), text[times.end() :]
        result += piece
    return result if ends else f"{result}%"


def _piece(text: str) -> tuple[str, str]:
    """The LIKE of the first character or class, and what follows it."""
    head = text[0]
    if head == ".":
        return "_", text[1:]
    if head == "\\":
        if text[1:2] == "d":
            return "[0-9]", text[2:]
        if text[1:2].isalnum() or not text[1:2]:
            raise ValueError(f"LIKE knows no {text[:2]}")
        return _literal(text[1]), text[2:]
    if head == "[":
        found = re.match(r"\[\^?[A-Za-z0-9_. @/:,;+-]+\]", text)
        if found is None:
            raise ValueError(f"LIKE knows no class such as {text[:8]}")
        return found[0], text[found.end() :]
    if head in "()|?*+{}^$":
        raise ValueError(f"LIKE knows no {head}")
    return _literal(head), text[1:]


def _literal(character: str) -> str:
    return f"[{character}]" if character in "%_[" else character


def violation(rule: QualityRule, *, is_text: bool = False) -> str:
    """The T-SQL condition, over bare column names, of a row that breaks a rule of ROW_KINDS.

    `is_text`: the columns are text as delivered, so numbers are converted and an empty field is none.
    """
    settings = rule.settings
    if rule.kind == "predicate":
        return str(settings["violation"]).strip()
    column = str(settings["column"])
    value = f"NULLIF(TRIM({column}), N'')" if is_text else column
    if rule.kind == "not_null":
        return f"{value} IS NULL"
    if rule.kind == "accepted_values":
        return f"{value} NOT IN ({', '.join(literal(item) for item in settings['values'])})"
    if rule.kind == "range":
        return _outside(f"TRY_CONVERT(decimal(38, 8), {value})" if is_text else value, settings)
    like = str(settings["like"]) if "like" in settings else like_of(str(settings["pattern"]))
    return f"{value} COLLATE Latin1_General_BIN2 NOT LIKE {literal(like)}"


def _outside(value: str, settings: Mapping[str, Any]) -> str:
    low, high = (None if (n := settings.get(k)) is None else as_written(n) for k in ("minimum", "maximum"))
    if low is not None and high is not None:
        return f"{value} NOT BETWEEN {low} AND {high}"
    return f"{value} < {low}" if low is not None else f"{value} > {high}"


def literal(value: object) -> str:
    """A value as T-SQL writes it."""
    if isinstance(value, bool):
        return str(int(value))
    return as_written(value) if isinstance(value, int | float) else "N'" + str(value).replace("'", "''") + "'"


def phrase(rule: QualityRule) -> str:
    """What a rule asks, in words, where its contract does not say it."""
    settings, column = rule.settings, rule.settings.get("column", "")
    if rule.kind == "accepted_values":
        return f"{column} is one of {', '.join(map(str, settings['values']))}"
    if rule.kind == "range":
        limits = [
            f"{word} {as_written(settings[k])}"
            for k, word in (("minimum", "at least"), ("maximum", "at most"))
            if settings.get(k) is not None
        ]
        return f"{column} is {' and '.join(limits)}"
    words = {
        "not_null": f"{column} is there",
        "pattern": f"{column} is written as {settings.get('pattern', settings.get('like'))}",
        "unique": f"{', '.join(settings.get('columns', ()))} together are there once",
        "referential": f"{', '.join(settings.get('columns', ()))} stand in {settings.get('references')}",
        "freshness": f"{column} is recent",
        "row_count": "there are as many rows as expected",
        "reconciliation": f"{settings.get('value')} adds up as in {settings.get('with', {}).get('table')}",
    }
    return words.get(rule.kind, rule.name.replace("_", " "))
