"""CHOOSE, GREATEST, LEAST, ISNULL, ISNUMERIC and other functions of several or any types.

Place in the pipeline: entered in `registry`; COALESCE, NULLIF and IIF are the compiler's, which sees
conditions. Source: Microsoft Learn, "Logical functions", "ISNULL", "ISNUMERIC", "System functions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import arguments as a
from tsqld.functions import variants
from tsqld.functions.comparison import sort_key
from tsqld.functions.convert import convert
from tsqld.functions.precedence import common_of, shown
from tsqld.functions.registry import LOGICAL, SYSTEM, VARIANT, define, elsewhere
from tsqld.functions.sqltext import let, quote
from tsqld.functions.udfs import udf
from tsqld.types import DEFAULT_COLLATION, INT, SqlType, nvarchar, varchar

Args = Sequence[Bound]

_NUMERIC_TEXT: Final = (
    r"[\t\n\r\v\f ]*[-+]?[ ]*(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eEdD][-+]?[0-9]+)? *"
    r"|[\t\n\r\v\f ]*[-+]? *[$£€¥¤¢\\]? *[-+]?[0-9,]*[.]?[0-9,]* *"
)


@define("ISNULL", LOGICAL, 2)
def _isnull(args: Args, line: int) -> Bound:
    """The first argument's type, even where that cuts the second."""
    check, value = args
    if check.is_null:
        if value.is_null:
            return check
        return a.made(value.sql, value.type, value)
    converted = convert(value, check.type, line=line)
    if not check.nullable:
        return check
    return a.made(
        f"coalesce({check.sql}, {converted.sql})", check.type, check, converted, nullable=converted.nullable
    )


@define("CHOOSE", LOGICAL, 2, 255)
def _choose(args: Args, line: int) -> Bound:
    index = a.integer(args[0], 1, "choose", line)
    values = args[1:]
    type = common_of(values)
    branches = " ".join(
        f"WHEN {place} THEN {convert(value, type, line=line).sql}" for place, value in enumerate(values, 1)
    )
    return a.made(f"(CASE {index.sql} {branches} END)", type, index, *values, nullable=True)


@define("GREATEST", LOGICAL, 1, 254)
def _greatest(args: Args, line: int) -> Bound:
    return _extreme("greatest", args, line)


@define("LEAST", LOGICAL, 1, 254)
def _least(args: Args, line: int) -> Bound:
    return _extreme("least", args, line)


def _extreme(function: str, args: Args, line: int) -> Bound:
    """NULLs are left out; everything is converted to the type of highest precedence."""
    type = common_of(args)
    if type.name in ("text", "ntext", "image", "xml", "sql_variant"):
        raise error(8116, shown(type), 1, function, line=line)
    values = [convert(arg, type, line=line) for arg in args]
    nullable = all(arg.nullable for arg in args)
    if not type.is_text and type.name != "datetimeoffset" and not type.is_binary:
        if type.name == "bit":
            joined = ", ".join(f"({value.sql})::UTINYINT" for value in values)
            return a.made(f"({function}({joined}) = 1)", type, *values, nullable=nullable)
        return a.made(
            f"{function}({', '.join(value.sql for value in values)})", type, *values, nullable=nullable
        )
    pairs = ", ".join(f"{{k: {sort_key(value)}, v: {value.sql}}}" for value in values)
    order = "list_reverse_sort" if function == "greatest" else "list_sort"
    sql = f"{order}(list_filter([{pairs}], lambda p: p.k IS NOT NULL))[1].v"
    return a.made(sql, type, *values, nullable=nullable)


@define("ISNUMERIC", SYSTEM, 1)
def _isnumeric(args: Args, line: int) -> Bound:
    value = args[0]
    if value.type.is_number and value.type.name != "bit":
        return a.made(f"CASE WHEN ({value.sql}) IS NOT NULL THEN 1 ELSE 0 END", INT, value, nullable=False)
    if not value.type.is_text:
        return a.made("0", INT, value, nullable=False)
    sql = let(
        value.sql,
        lambda v: (
            f"CASE WHEN trim({v}, ' ') <> '' AND regexp_full_match({v}, {quote(_NUMERIC_TEXT)}) THEN "
            "1 ELSE 0 END"
        ),
    )
    return a.made(sql, INT, value, nullable=False)


@define("PARSENAME", SYSTEM, 2)
def _parsename(args: Args, line: int) -> Bound:
    name = a.text(args[0], 1, "parsename", line)
    piece = a.integer(args[1], 2, "parsename", line)
    return a.made(f"tsqld_parsename({name.sql}, {piece.sql})", nvarchar(128), name, piece, nullable=True)


_NUMBERED: Final = ("precision", "scale", "maxlength", "totalbytes")
"""Properties of a sql_variant that are numbers."""


@define("SQL_VARIANT_PROPERTY", VARIANT, 2)
def _variant_property(args: Args, line: int) -> Bound:
    value, which = args[0], a.text(args[1], 2, "sql_variant_property", line)
    if value.type.name != "sql_variant":
        value = convert(value, SqlType("sql_variant"), line=line, explicit=True)
    sql = let(value.sql, lambda v: f"tsqld_variant_property({v}.type, {v}.text, {which.sql})")
    text = a.made(sql, varchar(8000), value, which, nullable=True)
    if isinstance(args[1].value, str) and args[1].value.lower() in (
        "precision",
        "scale",
        "maxlength",
        "totalbytes",
    ):
        return convert(text, INT, line=line)
    return convert(text, nvarchar(128), line=line)


@udf("parsename", "VARCHAR, INTEGER", "VARCHAR", nullable=True)
def parsename(name: str, piece: int) -> str | None:
    """Part `piece` (1 object, 2 schema, 3 database, 4 server) of a name in up to four parts."""
    parts: list[str] = []
    rest = name
    while True:
        found = re.match(r'\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.\[\]"]*)', rest)
        assert found is not None
        bracketed, quoted, bare = found.groups()
        part = (
            bracketed.replace("]]", "]")
            if bracketed is not None
            else (quoted.replace('""', '"') if quoted is not None else bare)
        )
        parts.append(part)
        rest = rest[found.end() :]
        if not rest:
            break
        if rest[0] != ".":
            return None
        rest = rest[1:]
    if not 1 <= piece <= 4 or len(parts) > 4 or any(len(part) > 128 for part in parts):
        return None
    return (parts[-piece] or None) if piece <= len(parts) else None


@udf("variant_property", "VARCHAR, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def variant_property(type: str, text: str, which: str) -> str | None:
    """A property of the base type of a sql_variant, as text; NULL for a property that does not exist."""
    base, _, facets = type.rstrip(")").partition("(")
    numbers = [int(part) for part in facets.split(",")] if facets and facets != "max" else []
    sizes = {"bit": (1, 0, 1), "tinyint": (3, 0, 1), "smallint": (5, 0, 2), "int": (10, 0, 4),
    "bigint": (19, 0, 8),
             "money": (19, 4, 8), "smallmoney": (10, 4, 4), "float": (53, 0, 8), "real": (24, 0, 4),
             "datetime": (23, 3, 8), "smalldatetime": (16, 0, 4), "date": (10, 0, 3),
             "uniqueidentifier": (0, 0, 16)}  # fmt: skip
    if base in ("decimal", "numeric"):
        precision, scale = numbers
        size = 5 if precision < 10 else 9 if precision < 20 else 13 if precision < 29 else 17
    elif base in ("char", "varchar", "nchar", "nvarchar", "binary", "varbinary"):
        precision, scale, size = 0, 0, numbers[0] * (2 if base.startswith("n") else 1)
    elif base in ("time", "datetime2", "datetimeoffset"):
        scale = numbers[0]
        extra = 0 if scale < 3 else 1 if scale < 5 else 2
        start, size = {"time": (8, 3), "datetime2": (19, 6), "datetimeoffset": (26, 8)}[base]
        precision, size = start + (scale + 1 if scale else 0), size + extra
    else:
        precision, scale, size = sizes[base]
    if which.lower() == "totalbytes":
        return str(variants.stored_bytes(base, size, text) + variants.overhead(base))
    return {"basetype": base, "precision": str(precision), "scale": str(scale), "maxlength": str(size),
            "collation": DEFAULT_COLLATION if "char" in base else None}.get(which.lower())  # fmt: skip


elsewhere(LOGICAL, "typed by the compiler", "COALESCE", "NULLIF", "IIF", "CASE")
elsewhere(SYSTEM, "by the compiler", "NEWID", "NEWSEQUENTIALID")
