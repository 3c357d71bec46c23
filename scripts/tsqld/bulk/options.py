"""The options of BULK INSERT and OPENROWSET(BULK …), checked.

Place in the pipeline: the parser hands over name/value pairs, the rest of `bulk` reads `BulkOptions`.
Specification: Microsoft Learn, "BULK INSERT (Transact-SQL)", arguments; CODEPAGE is refused as on
Linux, but for UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tsqld.bulk.errors import bulk_error
from tsqld.errors import TsqlError, error, unsupported

LONGEST_TERMINATOR: Final = 10
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\"}
_HEX = re.compile(r"0[xX]((?:[0-9A-Fa-f]{2})+)$")


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """What WITH (…) says, with SQL Server's defaults.

    Terminators are as written (`\\n`, `0x0a`; `terminator` decodes them), None where not given: then fields
    end at a tab, or a comma in CSV, and rows at a line feed. Row numbers count from 1; `last_row` 0 is the
    end of the file, `batch_size` 0 the whole file.
    """

    data_file_type: str = "char"
    format: str = ""
    first_row: int = 1
    last_row: int = 0
    field_terminator: str | None = None
    row_terminator: str | None = None
    field_quote: str = '"'
    max_errors: int = 10
    error_file: str = ""
    code_page: str = ""
    keep_nulls: bool = False
    keep_identity: bool = False
    check_constraints: bool = False
    fire_triggers: bool = False
    tablock: bool = False
    batch_size: int = 0
    rows_per_batch: int = 0
    kilobytes_per_batch: int = 0
    order: bool = False
    format_file: str = ""
    data_source: str = ""

    @property
    def is_csv(self) -> bool:
        return self.format == "CSV"


_TEXTS: Final = {
    "DATAFILETYPE": "data_file_type",
    "FORMAT": "format",
    "FIELDTERMINATOR": "field_terminator",
    "ROWTERMINATOR": "row_terminator",
    "FIELDQUOTE": "field_quote",
    "ERRORFILE": "error_file",
    "FORMATFILE": "format_file",
    "DATA_SOURCE": "data_source",
}
_NUMBERS: Final = {
    "FIRSTROW": "first_row",
    "LASTROW": "last_row",
    "MAXERRORS": "max_errors",
    "BATCHSIZE": "batch_size",
    "ROWS_PER_BATCH": "rows_per_batch",
    "KILOBYTES_PER_BATCH": "kilobytes_per_batch",
}
_FLAGS: Final = {
    "KEEPNULLS": "keep_nulls",
    "KEEP_NULLS": "keep_nulls",
    "KEEPIDENTITY": "keep_identity",
    "CHECK_CONSTRAINTS": "check_constraints",
    "FIRE_TRIGGERS": "fire_triggers",
    "TABLOCK": "tablock",
    "ORDER": "order",
}
_REFUSED: Final = ("ERRORFILE_DATA_SOURCE", "FORMATFILE_DATA_SOURCE")
_FILE_TYPES: Final = ("char", "widechar", "native", "widenative")


def options_from(pairs: Sequence[tuple[str, str | int | None]], line: int) -> BulkOptions:
    """The options written in WITH (…): upper-case name and value, None for those without one.

    Errors: 102 for an unknown option or a value of the wrong kind, 4130 for a repeated one, 16202 for a
    CODEPAGE other than UTF-8, 12703 for DATA_SOURCE, 50100 for the other external data sources.
    """
    changes: dict[str, Any] = {}
    for name, value in pairs:
        field, converted = _option(name, value, line)
        if field in changes:
            raise bulk_error(4130, line=line)
        changes[field] = converted
    options = replace(BulkOptions(), **changes)
    if options.data_source:
        raise bulk_error(12703, options.data_source, line=line)
    return options


def _option(name: str, value: str | int | None, line: int) -> tuple[str, str | int | bool]:
    if name == "CODEPAGE":
        # Linux knows no other; a file is read as UTF-8 without being asked, so that one is no lie.
        if value != "65001":
            raise bulk_error(16202, name, "Linux", line=line)
        return "code_page", value
    if name in _REFUSED:
        raise unsupported(f"BULK INSERT with {name}", line)
    if name in _FLAGS and value is None:
        return _FLAGS[name], True
    if name in _NUMBERS and isinstance(value, int) and value >= 0:
        return _NUMBERS[name], value
    if name in _TEXTS and isinstance(value, str):
        return _TEXTS[name], _text(name, value, line)
    raise error(102, name, line=line)


def _text(name: str, value: str, line: int) -> str:
    if name == "DATAFILETYPE":
        if value.lower() not in _FILE_TYPES:
            raise error(102, name, line=line)
        return value.lower()
    if name == "FORMAT":
        if value.upper() != "CSV":
            raise error(102, name, line=line)
        return "CSV"
    return value


def check(options: BulkOptions, line: int) -> None:
    """What SQL Server checks of the options when it begins to load.

    Errors: 4880, 5339, 4878; 50100 for native data files.
    """
    if options.last_row and options.first_row > options.last_row:
        raise bulk_error(4880, line=line)
    if options.data_file_type in ("native", "widenative"):
        if options.is_csv:
            raise bulk_error(5339, line=line)
        raise unsupported(f"DATAFILETYPE = '{options.data_file_type}'", line)
    if len(options.field_quote) != 1:
        raise bulk_error(4878, line=line)


def terminator(written: str, wide: bool, line: int) -> bytes:
    """A terminator as T-SQL or a format file writes it, as bytes of UTF-8.

    `\\t \\n \\r \\0 \\\\` are escapes. `0x…` gives the bytes of the file: UTF-16 code units when `wide`.
    Errors: 50100 for what is not whole characters, or longer than the ten characters SQL Server documents.
    """
    found = _HEX.match(written)
    if found:
        raw = bytes.fromhex(found[1])
        encoding = "utf-16-le" if wide and len(raw) % 2 == 0 else "utf-8"
        try:
            return raw.decode(encoding).encode()
        except UnicodeDecodeError as problem:
            raise unsupported(f"the terminator {written}, which is not whole characters", line) from problem
    text = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), written, flags=re.DOTALL)
    if len(text) > LONGEST_TERMINATOR:
        raise unsupported(f"a terminator of {len(text)} characters", line)
    return text.encode()


def assumed_messages(options: BulkOptions, wide: bool, line: int) -> tuple[TsqlError, ...]:
    """The notices, sent twice each, when the file's byte-order mark contradicts DATAFILETYPE."""
    if wide == (options.data_file_type == "widechar"):
        return ()
    notice = bulk_error(4830 if wide else 4831, line=line)
    return (notice, notice)
