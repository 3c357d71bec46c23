"""Result sets that describe: sp_describe_first_result_set and sp_describe_undeclared_parameters.

Place: `calls` answers the first with it from what a session says of a statement; whoever knows the
parameters of a statement can answer the second with it. Specification: Microsoft Learn, the pages of the
two procedures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tsqld.events import Column, Columns, Done, Event, Rows
from tsqld.tds.collation import collation_bytes
from tsqld.tds.typeinfo import byte_limit, decimal_size, is_long, type_info, variable_size
from tsqld.types import DEFAULT_COLLATION, INT, MAX, SMALLINT, SYSNAME, TINYINT, SqlType, nvarchar

# name: system_type_id, max_length, precision, scale; the sized ones are worked out.
_FIXED: Final = {
    "bit": (104, 1, 1, 0),
    "tinyint": (48, 1, 3, 0),
    "smallint": (52, 2, 5, 0),
    "int": (56, 4, 10, 0),
    "bigint": (127, 8, 19, 0),
    "real": (59, 4, 24, 0),
    "float": (62, 8, 53, 0),
    "smallmoney": (122, 4, 10, 4),
    "money": (60, 8, 19, 4),
    "date": (40, 3, 10, 0),
    "smalldatetime": (58, 4, 16, 0),
    "datetime": (61, 8, 23, 3),
    "uniqueidentifier": (36, 16, 0, 0),
    "text": (35, 16, 0, 0),
    "ntext": (99, 16, 0, 0),
    "image": (34, 16, 0, 0),
    "xml": (241, -1, 0, 0),
    "sql_variant": (98, 8016, 0, 0),
    "rowversion": (189, 8, 0, 0),
    "timestamp": (189, 8, 0, 0),
}
_SIZED: Final = {
    "char": 175,
    "varchar": 167,
    "nchar": 239,
    "nvarchar": 231,
    "sysname": 231,
    "binary": 173,
    "varbinary": 165,
}
_SCALED: Final = {"time": (41, 8), "datetime2": (42, 19), "datetimeoffset": (43, 26)}
_BIT: Final = SqlType("bit")


@dataclass(frozen=True, slots=True)
class Facts:
    """What sys.types and the wire say of a type."""

    system_type_id: int
    max_length: int
    precision: int
    scale: int
    tds_type_id: int
    tds_length: int


def facts(kind: SqlType) -> Facts:
    """The numbers of a type. `max_length` is in bytes, -1 for (max)."""
    token = type_info(kind)[0]
    if kind.is_decimal:
        size = decimal_size(kind.precision)
        return Facts(108 if kind.name == "numeric" else 106, size, kind.precision, kind.scale, token, 17)
    if kind.name in _SCALED:
        number, digits = _SCALED[kind.name]
        size = variable_size(kind)
        return Facts(number, size, digits + (kind.scale + 1 if kind.scale else 0), kind.scale, token, size)
    if kind.name in _SIZED:
        size = MAX if kind.length == MAX else byte_limit(kind)
        return Facts(_SIZED[kind.name], size, 0, 0, token, 65535 if size == MAX else size)
    number, size, precision, scale = _FIXED[kind.name]
    long_size = 2**31 - 1 if is_long(kind) else 65535 if kind.name == "xml" else size
    return Facts(number, size, precision, scale, token, long_size)


RESULT: Final = (
    Column("is_hidden", _BIT, False),
    Column("column_ordinal", INT, False),
    Column("name", SYSNAME),
    Column("is_nullable", _BIT, False),
    Column("system_type_id", INT, False),
    Column("system_type_name", nvarchar(256)),
    Column("max_length", SMALLINT, False),
    Column("precision", TINYINT, False),
    Column("scale", TINYINT, False),
    Column("collation_name", SYSNAME),
    Column("user_type_id", INT),
    Column("user_type_database", SYSNAME),
    Column("user_type_schema", SYSNAME),
    Column("user_type_name", SYSNAME),
    Column("assembly_qualified_type_name", nvarchar(4000)),
    Column("xml_collection_id", INT),
    Column("xml_collection_database", SYSNAME),
    Column("xml_collection_schema", SYSNAME),
    Column("xml_collection_name", SYSNAME),
    Column("is_xml_document", _BIT, False),
    Column("is_case_sensitive", _BIT, False),
    Column("is_fixed_length_clr_type", _BIT, False),
    Column("source_server", SYSNAME),
    Column("source_database", SYSNAME),
    Column("source_schema", SYSNAME),
    Column("source_table", SYSNAME),
    Column("source_column", SYSNAME),
    Column("is_identity_column", _BIT),
    Column("is_part_of_unique_key", _BIT),
    Column("is_updateable", _BIT),
    Column("is_computed_column", _BIT),
    Column("is_sparse_column_set", _BIT),
    Column("ordinal_in_order_by_list", SMALLINT),
    Column("order_by_list_length", SMALLINT),
    Column("order_by_is_descending", SMALLINT),
    Column("tds_type_id", INT, False),
    Column("tds_length", INT, False),
    Column("tds_collation_id", INT),
    Column("tds_collation_sort_id", TINYINT),
)


def first_result_set(columns: Sequence[Column]) -> Iterator[Event]:
    """The answer of sp_describe_first_result_set; no rows for a statement without a result set."""
    yield Columns(RESULT)
    if columns:
        yield Rows(result_rows(columns))
    yield Done(len(columns), select=True)


def result_rows(columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """A row of `RESULT` for each column."""
    return [_result_row(number, column) for number, column in enumerate(columns, 1)]


def _result_row(number: int, column: Column) -> tuple[Any, ...]:
    kind, known = column.type, facts(column.type)
    collation = (kind.collation or DEFAULT_COLLATION) if kind.is_text and kind.name != "xml" else None
    rule = collation_bytes(collation) if collation else None
    return (
        *(False, number, column.name or None, column.nullable),
        *(known.system_type_id, str(kind), known.max_length, known.precision, known.scale, collation),
        *(None,) * 9,
        *(False, kind.is_text and kind.is_case_sensitive, False),
        *(None,) * 5,
        *(column.identity, None, not column.identity, False, False),
        *(None,) * 3,
        *(known.tds_type_id, known.tds_length),
        *((int.from_bytes(rule[:4], "little"), rule[4]) if rule else (None, None)),
    )


_PARAMETERS: Final = (
    Column("parameter_ordinal", INT, False),
    Column("name", SYSNAME, False),
    Column("suggested_system_type_id", INT, False),
    Column("suggested_system_type_name", nvarchar(256)),
    Column("suggested_max_length", SMALLINT, False),
    Column("suggested_precision", TINYINT, False),
    Column("suggested_scale", TINYINT, False),
    Column("suggested_user_type_id", INT),
    Column("suggested_user_type_database", SYSNAME),
    Column("suggested_user_type_schema", SYSNAME),
    Column("suggested_user_type_name", SYSNAME),
    Column("suggested_assembly_qualified_type_name", nvarchar(4000)),
    Column("suggested_xml_collection_id", INT),
    Column("suggested_xml_collection_database", SYSNAME),
    Column("suggested_xml_collection_schema", SYSNAME),
    Column("suggested_xml_collection_name", SYSNAME),
    Column("suggested_is_xml_document", _BIT, False),
    Column("suggested_is_case_sensitive", _BIT, False),
    Column("suggested_is_fixed_length_clr_type", _BIT, False),
    Column("suggested_is_input", _BIT, False),
    Column("suggested_is_output", _BIT, False),
    Column("formal_parameter_name", SYSNAME),
    Column("suggested_tds_type_id", INT, False),
    Column("suggested_tds_length", INT, False),
)


def undeclared_parameters(parameters: Sequence[tuple[str, SqlType]]) -> Iterator[Event]:
    """The answer of sp_describe_undeclared_parameters: names with their @, in the order of appearance."""
    yield Columns(_PARAMETERS)
    if parameters:
        yield Rows([_parameter_row(number, *parameter) for number, parameter in enumerate(parameters, 1)])
    yield Done(len(parameters), select=True)


def _parameter_row(number: int, name: str, kind: SqlType) -> tuple[Any, ...]:
    known = facts(kind)
    return (
        *(number, name, known.system_type_id, str(kind), known.max_length, known.precision, known.scale),
        *(None,) * 9,
        *(False, kind.is_text and kind.is_case_sensitive, False, True, False, None),
        *(known.tds_type_id, known.tds_length),
    )
