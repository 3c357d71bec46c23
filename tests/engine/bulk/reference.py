"""A second reader of character data files, slow and written apart from `tsqld.bulk`, to hold that against.

One byte at a time; single-byte quotes only. It gives the records as lists of bytes (None for an empty field),
or the number of the error that reading them causes.
"""

from __future__ import annotations

from dataclasses import dataclass

Fields = list[bytes | None]


@dataclass
class Wrong(Exception):
    number: int
    row: int = 0
    column: int = 0


def plain(data: bytes, width: int, field_end: bytes, row_end: bytes, last: int = 0) -> list[Fields]:
    records: list[Fields] = []
    position = 0
    while position < len(data) and (not last or len(records) < last):
        fields: list[bytes] = []
        for column in range(1, width + 1):
            end = row_end if column == width else field_end
            field = b""
            while position < len(data) and data[position : position + len(end)] != end:
                field += data[position : position + 1]
                position += 1
            if position >= len(data):
                if column == width:
                    return [*records, _nulls([*fields, field])] if field else records
                if field == row_end:
                    return records
                raise Wrong(4832)
            position += len(end)
            fields.append(field)
        records.append(_nulls(fields))
    return records


def csv(
    data: bytes,
    width: int,
    field_end: bytes = b",",
    row_end: bytes = b"\n",
    quote: bytes = b'"',
    first: int = 1,
    last: int = 0,
) -> list[Fields]:
    records: list[Fields] = []
    position = 0
    while position < len(data) and (not last or len(records) < last):
        fields: list[bytes] = []
        for column in range(1, width + 1):
            if position == len(data):
                if column == width:
                    return records[first - 1 :]
                raise Wrong(4832)
            wanted = row_end if column == width else field_end
            row = len(records) + 1
            bad = Wrong(4879, row, column) if row >= first else Wrong(7301)
            if data[position : position + 1] == quote:
                field, position = _quoted(data, position + 1, quote)
                if position == len(data) and column == width:
                    fields.append(field)
                    return [*records, _nulls(fields)][first - 1 :]
                if position == len(data):
                    raise Wrong(4832)
                if data[position : position + len(wanted)] != wanted:
                    raise bad
            else:
                field = b""
                while position < len(data):
                    if data[position : position + len(field_end)] == field_end:
                        break
                    if data[position : position + len(row_end)] == row_end:
                        break
                    field += data[position : position + 1]
                    position += 1
                if quote in field:
                    raise bad
                if position == len(data):
                    if column < width:
                        raise Wrong(4832)
                    fields.append(field)
                    return [*records, _nulls(fields)][first - 1 :]
                if data[position : position + len(wanted)] != wanted:
                    raise bad
            position += len(wanted)
            fields.append(field)
        records.append(_nulls(fields))
    return records[first - 1 :]


def _quoted(data: bytes, position: int, quote: bytes) -> tuple[bytes, int]:
    field = b""
    while True:
        if position >= len(data):
            raise Wrong(4832)
        byte = data[position : position + 1]
        if byte == quote and data[position + 1 : position + 2] == quote:
            field += quote
            position += 2
        elif byte == quote:
            return field, position + 1
        else:
            field += byte
            position += 1


def _nulls(fields: list[bytes]) -> Fields:
    return [None if not field else b"" if field == b"\0" else field for field in fields]
