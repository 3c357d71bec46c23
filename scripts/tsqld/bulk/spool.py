"""Records read exactly, written down again as CSV that DuckDB's reader cannot misunderstand.

Place in the pipeline: the last resort of `source`, for files whose records are not what DuckDB makes of their
bytes. Every field is quoted; NULL is an empty field without quotes.

Bytes that are not UTF-8 become U+FFFD, as SQL Server on Linux was seen to load them. Where they end a field,
SQL Server was seen to take the terminator for a part of the broken character; that is refused.
"""

from __future__ import annotations

import codecs
from typing import Final

from tsqld.bulk.files import temporary
from tsqld.bulk.records import Record, Records
from tsqld.bulk.scan import Scan
from tsqld.errors import unsupported

_QUOTE: Final = b'"'
_NUL: Final = b"\0"


def spooled(records: Records, line: int) -> tuple[Scan, int]:
    """A scan of a copy of `records`, and how many they are.

    Errors: those of reading the records, and 50100 for bytes that are not UTF-8 at the end of a field.
    """
    copy = temporary(".csv")
    count = longest = 0
    for record in records:
        text = b",".join([_written(field) for field in _decodable(record, line)]) + b"\n"
        copy.write(text)
        longest = max(longest, len(text))
        count += 1
    copy.flush()
    scan = Scan(
        copy.name,
        ",",
        '"',
        records.layout.width,
        parallel=False,
        longest=longest,
        quoted_empty=True,
        keep=(copy,),
    )
    return scan, count


def _written(field: bytes) -> bytes:
    if not field:
        return b""
    if field == _NUL:
        return b'""'
    return _QUOTE + field.replace(_QUOTE, b'""') + _QUOTE


def _decodable(record: Record, line: int) -> tuple[bytes, ...]:
    """The fields as UTF-8."""
    try:
        b",".join(record.fields).decode()
    except UnicodeDecodeError:
        return tuple(_repaired(field, record, place, line) for place, field in enumerate(record.fields))
    return record.fields


def _repaired(field: bytes, record: Record, place: int, line: int) -> bytes:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(field)
    if decoder.getstate()[0]:
        raise unsupported(
            f"a field that ends within a UTF-8 character (row {record.number}, column {place + 1})",
            line,
        )
    return text.encode()
