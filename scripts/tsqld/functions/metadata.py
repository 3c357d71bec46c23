"""Functions about collations and types that need no catalog, and system functions that are refused by name.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "COLLATIONPROPERTY", "TYPEPROPERTY",
"System functions".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tsqld.binder.bound import Bound
from tsqld.functions import arguments as a
from tsqld.functions.convert import convert
from tsqld.functions.registry import CRYPTO, JSON, SYSTEM, define, refuse
from tsqld.functions.udfs import udf
from tsqld.types import INT, SQL_VARIANT, SqlType

Args = Sequence[Bound]

# name: (precision, scale); scale None where the type has none
_TYPES: Final[dict[str, tuple[int, int | None]]] = {
    "bit": (1, None), "tinyint": (3, 0), "smallint": (5, 0), "int": (10, 0), "bigint": (19, 0),
    "decimal": (38, 38), "numeric": (38, 38), "money": (19, 4), "smallmoney": (10, 4), "float": (53, None),
    "real": (24, None), "date": (10, 0), "time": (16, 7), "datetime": (23, 3), "datetime2": (27, 7),
    "smalldatetime": (16, 0), "datetimeoffset": (34, 7), "char": (8000, None), "varchar": (8000, None),
    "nchar": (4000, None), "nvarchar": (4000, None), "binary": (8000, None), "varbinary": (8000, None),
    "uniqueidentifier": (16, None), "text": (2147483647, None), "ntext": (1073741823, None),
    "image": (2147483647, None), "sql_variant": (0, None), "sysname": (128, None), "xml": (-1, None),
}  # fmt: skip


@define("COLLATIONPROPERTY", SYSTEM, 2)
def _collationproperty(args: Args, line: int) -> Bound:
    name, which = (a.text(arg, place, "collationproperty", line) for place, arg in enumerate(args, 1))
    number = a.made(f"tsqld_collation_property({name.sql}, {which.sql})", INT, name, which, nullable=True)
    return convert(number, SQL_VARIANT, line=line, explicit=True)


@define("TYPEPROPERTY", SYSTEM, 2)
def _typeproperty(args: Args, line: int) -> Bound:
    name, which = (a.text(arg, place, "typeproperty", line) for place, arg in enumerate(args, 1))
    return a.made(f"tsqld_type_property({name.sql}, {which.sql})", INT, name, which, nullable=True)


@define("GETANSINULL", SYSTEM, 0, 1)
def _getansinull(args: Args, line: int) -> Bound:
    return Bound("1", INT, nullable=True)


@define("CURRENT_REQUEST_ID", SYSTEM, 0)
def _current_request_id(args: Args, line: int) -> Bound:
    return Bound("CAST(0 AS SMALLINT)", SqlType("smallint"), nullable=True)


refuse(
    SYSTEM,
    "not kept by this engine",
    "ASSEMBLYPROPERTY", "EVENTDATA", "FILEPROPERTYEX", "FULLTEXTCATALOGPROPERTY",
    "FULLTEXTSERVICEPROPERTY", "PERMISSIONS", "PUBLISHINGSERVERNAME",
    "TERTIARY_WEIGHTS", "TEXTPTR", "TEXTVALID",
    "SUSER_ID", "SUSER_SID", "VERSION", "HOST_ID",
)  # fmt: skip
refuse(
    CRYPTO,
    "keys and certificates are not kept",
    "ASYMKEY_ID", "ASYMKEYPROPERTY", "CERTPRIVATEKEY", "CERTPROPERTY", "DECRYPTBYKEYAUTOASYMKEY",
    "DECRYPTBYKEYAUTOCERT", "IS_OBJECTSIGNED", "KEY_NAME", "SYMKEYPROPERTY",
)  # fmt: skip
refuse(JSON, "of later versions of SQL Server", "JSON_ARRAYAGG", "JSON_OBJECTAGG")


# --- Python side: registered by `install` -------------------------------------------------------------------


@udf("collation_property", "VARCHAR, VARCHAR", "INTEGER", nullable=True)
def collation_property(name: str, which: str) -> int | None:
    """CodePage, LCID, ComparisonStyle or Version of a Latin1_General collation; NULL for others."""
    upper = name.upper()
    if not upper.startswith(("SQL_LATIN1_GENERAL_CP1_", "LATIN1_GENERAL_")):
        return None
    style = 0
    if "_BIN" not in upper:
        style = 196608 | ("_CI" in upper) | 2 * ("_AI" in upper)
        style -= 65536 * ("_KS" in upper) + 131072 * ("_WS" in upper)
    properties: dict[str, Any] = {
        "codepage": 65001 if upper.endswith("_UTF8") else 1252,
        "lcid": 1033,
        "comparisonstyle": style,
        "version": 2 if "_100_" in upper else 0,
    }
    return properties.get(which.lower())


@udf("type_property", "VARCHAR, VARCHAR", "INTEGER", nullable=True)
def type_property(name: str, which: str) -> int | None:
    """Precision, Scale, AllowsNull or UsesAnsiTrim of a system type; NULL for what it has not."""
    found = _TYPES.get(name.lower().removeprefix("sys."))
    if found is None:
        return None
    trims = int("char" in name.lower() or "binary" in name.lower())
    nullable = int(name.lower() != "sysname")
    properties = {"precision": found[0], "scale": found[1], "allowsnull": nullable, "usesansitrim": trims}
    return properties.get(which.lower())
