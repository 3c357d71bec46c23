"""Expressions as SQL Server spells them in its catalog: `([a]>(0) AND [b] IS NULL)`, `(getdate())`.

SQL Server keeps the expressions of constraints, computed columns and filters parsed and writes them anew when
asked: names in brackets, numbers in parentheses, no blanks around operators, built-in functions in lower
case. IN and BETWEEN become OR (last item first) and AND, CAST becomes CONVERT, YEAR becomes DATEPART, IIF and
COALESCE become CASE. Microsoft does not document the spelling beyond "decoded from the metadata"; this
follows the definitions that its AdventureWorks scripts show. Filters keep IN, since they may not hold OR.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value

_DATEPARTS: Final = {
    "yy": "year", "yyyy": "year", "qq": "quarter", "q": "quarter", "mm": "month", "m": "month",
    "dy": "dayofyear", "y": "dayofyear", "dd": "day", "d": "day", "wk": "week", "ww": "week",
    "dw": "weekday", "w": "weekday", "hh": "hour", "mi": "minute", "n": "minute", "ss": "second",
    "s": "second", "ms": "millisecond", "mcs": "microsecond", "ns": "nanosecond", "tz": "tzoffset",
    "isowk": "iso_week", "isoww": "iso_week",
}  # fmt: skip
_WITH_DATEPART: Final = frozenset("DATEADD DATEDIFF DATEDIFF_BIG DATEPART DATENAME DATETRUNC".split())
_BARE: Final = {
    "CURRENT_TIMESTAMP": "getdate()",
    "CURRENT_USER": "user_name()",
    "SESSION_USER": "user_name()",
    "USER": "user_name()",
    "SYSTEM_USER": "suser_sname()",
}
_PARTS_AS_FUNCTIONS: Final = ("YEAR", "MONTH", "DAY")


@lru_cache(maxsize=4096)
def spelled_value(text: str) -> str:
    """A default or computed column, in its outer parentheses."""
    return f"({_value(parse_value(text))})"


@lru_cache(maxsize=4096)
def spelled_condition(text: str) -> str:
    """A check constraint, in its outer parentheses."""
    return f"({_condition(parse_condition(text))})"


@lru_cache(maxsize=4096)
def spelled_filter(text: str) -> str:
    """The filter of an index, in its outer parentheses."""
    return f"({_condition(parse_condition(text), _in_kept)})"


def bracketed(parts: tuple[str, ...]) -> str:
    return ".".join("[" + part.replace("]", "]]") + "]" for part in parts)


def _in_kept(node: n.InList) -> str:
    items = ", ".join(_value(item) for item in node.items)
    return f"{'NOT ' if node.negated else ''}{_value(node.operand)} IN ({items})"


def _in_expanded(node: n.InList) -> str:
    operand = _value(node.operand)
    text = " OR ".join(f"{operand}={_value(item)}" for item in reversed(node.items))
    if node.negated:
        return f"NOT ({text})" if len(node.items) > 1 else f"NOT {text}"
    return text


def _condition(node: n.Expression, in_list: Callable[[n.InList], str] = _in_expanded) -> str:
    match node:
        case n.Logical():
            sides = [_condition(side, in_list) for side in (node.left, node.right)]
            if node.operator == "AND":
                sides = [
                    f"({text})" if _is_or(side, in_list) else text
                    for side, text in zip((node.left, node.right), sides, strict=True)
                ]
            return f" {node.operator} ".join(sides)
        case n.Not():
            text = _condition(node.operand, in_list)
            compound = isinstance(node.operand, n.Logical | n.Between) or _is_or(node.operand, in_list)
            return f"NOT ({text})" if compound else f"NOT {text}"
        case n.Comparison():
            return f"{_value(node.left)}{node.operator}{_value(node.right)}"
        case n.IsNull():
            return f"{_value(node.operand)} IS {'NOT ' if node.negated else ''}NULL"
        case n.InList():
            return in_list(node)
        case n.Between():
            operand = _value(node.operand)
            text = f"{operand}>={_value(node.low)} AND {operand}<={_value(node.high)}"
            return f"NOT ({text})" if node.negated else text
        case n.Like():
            escape = f" escape {_value(node.escape)}" if node.escape else ""
            text = f"{_value(node.operand)} like {_value(node.pattern)}{escape}"
            return f"NOT {text}" if node.negated else text
    return _value(node)


def _is_or(node: n.Expression, in_list: Callable[[n.InList], str]) -> bool:
    if isinstance(node, n.InList):
        return in_list is _in_expanded and not node.negated and len(node.items) > 1
    return isinstance(node, n.Logical) and node.operator == "OR"


def _value(node: n.Expression) -> str:
    match node:
        case n.Literal():
            return _literal(node)
        case n.Null():
            return "NULL"
        case n.ColumnName():
            return bracketed(node.parts[-1:])
        case n.Unary():
            if isinstance(node.operand, n.Literal) and node.operator != "~":
                return f"({node.operator if node.operator == '-' else ''}{node.operand.value})"
            return f"{node.operator}{_nested(node.operand)}"
        case n.Binary():
            return f"{_nested(node.left)}{node.operator}{_nested(node.right)}"
        case n.Case():
            return _case(node)
        case n.Cast():
            return _cast(node)
        case n.Collate():
            return f"{_nested(node.operand)} collate {node.collation}"
        case n.AtTimeZone():
            return f"{_nested(node.operand)} AT TIME ZONE {_value(node.zone)}"
        case n.NextValue():
            sequence = node.sequence if len(node.sequence) > 1 else ("dbo", *node.sequence)
            return f"NEXT VALUE FOR {bracketed(sequence)}"
        case n.Call():
            return _call(node)
        case n.Variable():
            return node.name
    return _condition(node)


def _nested(node: n.Expression) -> str:
    """An operand of an operator: operations inside keep parentheses."""
    text = _value(node)
    return f"({text})" if isinstance(node, n.Binary) else text


def _literal(node: n.Literal) -> str:
    quoted = node.value.replace("'", "''")
    if node.kind is Kind.STRING:
        return f"'{quoted}'"
    if node.kind is Kind.NSTRING:
        return f"N'{quoted}'"
    if node.kind is Kind.FLOAT:
        mantissa, exponent = f"{float(node.value):.15e}".split("e")
        return f"({mantissa}e{exponent[0]}{int(exponent[1:]):03d})"
    if node.kind is Kind.MONEY:
        return f"(${node.value.lstrip('$')})"
    return f"({node.value})"


def _case(node: n.Case) -> str:
    words = ["case"]
    if node.operand is not None:
        words.append(_value(node.operand))
    for when, then in node.whens:
        shown = _value(when) if node.operand is not None else _condition(when)
        words += ["when", shown, "then", _value(then)]
    if node.otherwise is not None:
        words += ["else", _value(node.otherwise)]
    return " ".join([*words, "end"])


def _type(node: n.TypeName) -> str:
    arguments = ",".join("max" if argument == -1 else str(argument) for argument in node.arguments)
    name = bracketed(tuple(part.lower() for part in node.parts) if len(node.parts) == 1 else node.parts)
    return f"{name}({arguments})" if arguments else name


def _cast(node: n.Cast) -> str:
    if node.is_try:
        return f"TRY_CAST({_value(node.operand)} AS {_type(node.type)})"
    style = f",{_value(node.style)}" if node.style is not None else ""
    return f"CONVERT({_type(node.type)},{_value(node.operand)}{style})"


def _call(node: n.Call) -> str:
    name = node.name[-1].upper()
    if len(node.name) > 1 and node.name[0] != "$PARTITION":
        return f"{bracketed(node.name)}({_arguments(node)})"
    if name in _BARE and not node.arguments:
        return _BARE[name]
    if name in _PARTS_AS_FUNCTIONS and len(node.arguments) == 1:
        return f"datepart({name.lower()},{_value(node.arguments[0])})"
    if name == "IIF" and len(node.arguments) == 3:
        test, yes, no = node.arguments
        return f"case when {_condition(test)} then {_value(yes)} else {_value(no)} end"
    if name == "COALESCE":
        tests = [f"when {_value(a)} IS NOT NULL then {_value(a)}" for a in node.arguments[:-1]]
        return f"case {' '.join(tests)} else {_value(node.arguments[-1])} end"
    return f"{name.lower()}({_arguments(node)})"


def _arguments(node: n.Call) -> str:
    texts = [_value(argument) for argument in node.arguments]
    first = node.arguments[0] if node.arguments else None
    if node.name[-1].upper() in _WITH_DATEPART and isinstance(first, n.Literal):
        word = first.value.lower()
        texts[0] = _DATEPARTS.get(word, word)
    return ",".join(texts)
