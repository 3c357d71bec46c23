"""Which field of a record goes to which column, and what ends it.

Place in the pipeline: built from the options (or the format file) and the target's columns; read by
everything after. Specification: Microsoft Learn, "Specify field and row terminators"; without a format file,
one field per column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tsqld.bulk.formatfile import FormatFile
from tsqld.bulk.options import BulkOptions, terminator
from tsqld.errors import unsupported
from tsqld.types import SqlType

IGNORED: Final = -1


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """A column that the file's fields are for, in the target's order.

    `nullable` is False where NULL must not arrive: a NOT NULL column that no default fills. An `ignored`
    column takes a field of the file and no value, as computed, rowversion and (without KEEPIDENTITY) identity
    columns do.
    """

    name: str
    type: SqlType
    nullable: bool = True
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one record, as bytes of UTF-8.

    `terminators` has one entry per field, the last one the row terminator; `targets` the index of the column
    each field is for, or IGNORED. `field_end` is what separates fields, empty where nothing does. `quote` is
    empty unless the file is CSV.
    """

    terminators: tuple[bytes, ...]
    targets: tuple[int, ...]
    field_end: bytes
    quote: bytes

    @property
    def width(self) -> int:
        return len(self.terminators)

    @property
    def is_csv(self) -> bool:
        return bool(self.quote)

    @property
    def row_end(self) -> bytes:
        return self.terminators[-1]

    @property
    def is_regular(self) -> bool:
        """Whether all fields but the last end in the same way."""
        return len(set(self.terminators[:-1])) <= 1


def layout_of(
    options: BulkOptions,
    columns: Sequence[TargetColumn],
    format_file: FormatFile | None,
    wide: bool,
    row_end: str,
    line: int,
) -> Layout:
    """The layout of a record for a target with `columns`; `row_end` ends one without a format file.

    Errors: 50100 for a CSV format file whose fields end in different ways.
    """
    quote = options.field_quote.encode() if options.is_csv else b""
    if format_file is None:
        return _one_field_per_column(options, columns, quote, wide, row_end, line)
    ends = tuple(field.terminator for field in format_file.fields)
    targets = tuple(_target(field.target, columns) for field in format_file.fields)
    layout = Layout(ends, targets, ends[0] if len(ends) > 1 else b"", quote)
    if layout.is_csv and not layout.is_regular:
        raise unsupported("FORMAT = 'CSV' with a format file whose fields end in different ways", line)
    return layout


def _one_field_per_column(
    options: BulkOptions, columns: Sequence[TargetColumn], quote: bytes, wide: bool, row_end: str, line: int
) -> Layout:
    field_end = options.field_terminator
    if field_end is None:
        field_end = "," if options.is_csv else r"\t"
    separator = terminator(field_end, wide, line)
    ends = (separator,) * (len(columns) - 1) + (terminator(row_end, wide, line),)
    targets = tuple(_target(place, columns) for place in range(len(columns)))
    # Plain records of one field are not searched for field terminators; CSV records must not hold one
    # unquoted.
    return Layout(ends, targets, separator if quote or len(columns) > 1 else b"", quote)


def _target(target: int, columns: Sequence[TargetColumn]) -> int:
    return target if 0 <= target < len(columns) and not columns[target].ignored else IGNORED
