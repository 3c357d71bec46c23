"""sp_datatype_info: the types as ODBC numbers them, which drivers ask for before they bind a parameter.

Place: `calls` answers the remote call with it; the same text as a batch belongs to the runtime, which may use
`datatype_info` too. Specification: Microsoft Learn, "sp_datatype_info", and ODBC's SQLGetTypeInfo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tsqld.events import Column, Columns, Done, Event, Rows
from tsqld.types import INT, SMALLINT, SYSNAME, varchar

_RESULT: Final = (
    Column("TYPE_NAME", SYSNAME, False),
    Column("DATA_TYPE", SMALLINT, False),
    Column("PRECISION", INT),
    Column("LITERAL_PREFIX", varchar(32)),
    Column("LITERAL_SUFFIX", varchar(32)),
    Column("CREATE_PARAMS", varchar(32)),
    Column("NULLABLE", SMALLINT, False),
    Column("CASE_SENSITIVE", SMALLINT, False),
    Column("SEARCHABLE", SMALLINT, False),
    Column("UNSIGNED_ATTRIBUTE", SMALLINT),
    Column("MONEY", SMALLINT, False),
    Column("AUTO_INCREMENT", SMALLINT),
    Column("LOCAL_TYPE_NAME", SYSNAME),
    Column("MINIMUM_SCALE", SMALLINT),
    Column("MAXIMUM_SCALE", SMALLINT),
    Column("SQL_DATA_TYPE", SMALLINT, False),
    Column("SQL_DATETIME_SUB", SMALLINT),
    Column("NUM_PREC_RADIX", INT),
    Column("INTERVAL_PRECISION", SMALLINT),
    Column("USERTYPE", SMALLINT, False),
)

_CHARACTERS, _UNICODE, _BYTES, _CURRENCY = ("'", "'"), ("N'", "'"), ("0x", None), ("$", None)
_NOTHING: Final = (None, None)
_WIDE_TEXT: Final = -9
_SEARCH_NONE, _SEARCH_LIKE, _SEARCH_BASIC, _SEARCH_ALL = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class _Row:
    """A type. `number` is ODBC 3's, `old_number` ODBC 2's where it differs; `new` since SQL Server 2008."""

    name: str
    number: int
    precision: int
    literal: tuple[str | None, str | None] = _NOTHING
    parameters: str | None = None
    nullable: bool = True
    searchable: int = _SEARCH_BASIC
    unsigned: bool | None = None
    money: bool = False
    identity: bool | None = None
    scales: tuple[int | None, int | None] = (None, None)
    radix: int | None = None
    user_type: int = 0
    old_number: int = 0
    subcode: int | None = None
    new: bool = False


def _exact(
    name: str, number: int, precision: int, user_type: int, *, unsigned: bool = False
) -> tuple[_Row, _Row]:
    """An integer type, and the same as an identity."""
    common: dict[str, Any] = {"unsigned": unsigned, "scales": (0, 0), "radix": 10, "user_type": user_type}
    identity = _Row(f"{name} identity", number, precision, identity=True, nullable=False, **common)
    return _Row(name, number, precision, identity=False, **common), identity


def _when(name: str, number: int, precision: int, scale: int | None, **more: Any) -> _Row:
    return _Row(name, number, precision, _CHARACTERS, searchable=_SEARCH_ALL, scales=(scale, scale), **more)


_ROWS: Final = (
    _when("datetimeoffset", -155, 34, 7, parameters="scale", new=True),
    _when("time", -154, 16, 7, parameters="scale", new=True),
    _Row("xml", -152, 0, _UNICODE, searchable=_SEARCH_NONE),
    _Row("sql_variant", -150, 8000, scales=(0, 0), radix=10),
    _Row("uniqueidentifier", -11, 36, _CHARACTERS),
    _Row("ntext", -10, 1073741823, _UNICODE, searchable=_SEARCH_LIKE),
    _Row("nvarchar", _WIDE_TEXT, 4000, _UNICODE, "max length", searchable=_SEARCH_ALL),
    _Row("sysname", _WIDE_TEXT, 128, _UNICODE, nullable=False, searchable=_SEARCH_ALL, user_type=18),
    _Row("nchar", -8, 4000, _UNICODE, "length", searchable=_SEARCH_ALL),
    _Row("bit", -7, 1, scales=(0, 0), user_type=16),
    *_exact("tinyint", -6, 3, 5, unsigned=True),
    *_exact("bigint", -5, 19, 0),
    _Row("image", -4, 2147483647, _BYTES, searchable=_SEARCH_NONE, user_type=20),
    _Row("varbinary", -3, 8000, _BYTES, "max length", user_type=4),
    _Row("binary", -2, 8000, _BYTES, "length", user_type=3),
    _Row("timestamp", -2, 8, _BYTES, nullable=False, user_type=80),
    _Row("text", -1, 2147483647, _CHARACTERS, searchable=_SEARCH_LIKE, user_type=19),
    _Row("char", 1, 8000, _CHARACTERS, "length", searchable=_SEARCH_ALL, user_type=1),
    _Row("numeric", 2, 38, _NOTHING, "precision,scale", True, 2, False, False, False, (0, 38), 10, 10),
    _Row("numeric() identity", 2, 38, _NOTHING, "precision", False, 2, False, False, True, (0, 0), 10, 10),
    _Row("decimal", 3, 38, _NOTHING, "precision,scale", True, 2, False, False, False, (0, 38), 10, 24),
    _Row("money", 3, 19, _CURRENCY, None, True, 2, False, True, False, (4, 4), 10, 11),
    _Row("smallmoney", 3, 10, _CURRENCY, None, True, 2, False, True, False, (4, 4), 10, 21),
    _Row("decimal() identity", 3, 38, _NOTHING, "precision", False, 2, False, False, True, (0, 0), 10, 24),
    *_exact("int", 4, 10, 7),
    *_exact("smallint", 5, 5, 6),
    _Row("float", 6, 53, unsigned=False, identity=False, radix=2, user_type=8),
    _Row("real", 7, 24, unsigned=False, identity=False, radix=2, user_type=23),
    _Row("varchar", 12, 8000, _CHARACTERS, "max length", searchable=_SEARCH_ALL, user_type=2),
    _when("date", 91, 10, None, old_number=9, subcode=1, new=True),
    _when("datetime2", 93, 27, 7, old_number=11, subcode=3, parameters="scale", new=True),
    _when("datetime", 93, 23, 3, old_number=11, subcode=3, user_type=12),
    _when("smalldatetime", 93, 16, 0, old_number=11, subcode=3, user_type=22),
)


def datatype_info(data_type: int = 0, odbc_version: int = 2, *, knows_2008: bool = True) -> Iterator[Event]:
    """The rows of one ODBC type number, or of all for 0.

    `knows_2008` tells sp_datatype_info_100 from the older procedures, which show date, time, datetime2 and
    datetimeoffset as Unicode text.
    """
    rows = [_values(row, odbc_version, knows_2008) for row in _ROWS]
    wanted = [row for row in rows if data_type in (0, row[1])]
    yield Columns(_RESULT)
    if wanted:
        yield Rows(sorted(wanted, key=lambda row: int(row[1])))
    yield Done(len(wanted), select=True)


def _values(row: _Row, odbc_version: int, knows_2008: bool) -> tuple[Any, ...]:
    number = row.old_number if row.old_number and odbc_version < 3 else row.number
    verbose, subcode = (9, row.subcode) if row.subcode else (number, None)
    if row.new and not knows_2008:
        number, verbose, subcode = _WIDE_TEXT, _WIDE_TEXT, None
    return (
        *(row.name, number, row.precision, *row.literal, row.parameters, int(row.nullable)),
        *(int(row.name == "xml"), row.searchable, row.unsigned, int(row.money), row.identity),
        *(row.name, 0 if row.subcode and row.parameters else row.scales[0], row.scales[1]),
        *(verbose, subcode, row.radix, None, row.user_type),
    )
