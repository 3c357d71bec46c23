"""One read_csv call: the only place that knows how DuckDB's CSV reader is addressed.

Place in the pipeline: `survey` scans lines with it, `source` scans records, `spool` is read back by it.
Everything that DuckDB would detect or decide by itself is stated: dialect, types, compression (by file name),
Hive partitions (by folder name), NULLs. `strict_mode` stays on: without it DuckDB 2.0 reads `"a"b` as `a`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

LONGEST_DEFAULT: Final = 2_000_000
"""DuckDB's own limit for a line, in bytes; longer ones need `longest`."""

UNREADABLE: Final = (duckdb.InvalidInputException, duckdb.IOException, duckdb.NotImplementedException)
"""What DuckDB raises about a file that its reader cannot take; anything else is a fault of ours."""

_SMALLEST_BUFFER: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """Records of `width` text fields, as columns f1, f2, …; an empty field is NULL.

    `longest` is the bytes of the longest record, 0 when it is within DuckDB's default. `restore` lists what
    to replace in each value. `nul` says that the file holds U+0000, which stands for an empty string when
    alone. With `quoted_empty` a quoted empty field is an empty string. `limit` ends the scan, None does not.
    With `parallel` off the file is read by one thread, which is exact when records span lines. With
    `any_end` a carriage return and line feed end a record like a line feed does; told that they alone do,
    DuckDB 2.0 misreads the file.
    """

    path: str
    delimiter: str
    quote: str
    width: int
    skip: int = 0
    limit: int | None = None
    parallel: bool = True
    longest: int = 0
    restore: tuple[tuple[str, str], ...] = ()
    nul: bool = False
    quoted_empty: bool = False
    any_end: bool = False
    keep: tuple[object, ...] = field(default=(), compare=False)

    @property
    def columns(self) -> list[str]:
        return [f"f{place + 1}" for place in range(self.width)]

    def sql(self) -> tuple[str, tuple[Any, ...]]:
        """A query of all records in file order, and its parameters."""
        values = ", ".join(f"{self._value(name)} AS {name}" for name in self.columns)
        # The limit stands in the innermost query: rows behind it must not be looked at.
        limit = "" if self.limit is None else f" LIMIT {self.limit}"
        text, parameters = self._call()
        return f"SELECT {values} FROM {text}{limit}", parameters

    def _value(self, name: str) -> str:
        for found, meant in self.restore:
            name = f"replace({name}, {_characters(found)}, {_characters(meant)})"
        return f"CASE WHEN {name} = chr(0) THEN '' ELSE {name} END" if self.nul else name

    def _call(self) -> tuple[str, tuple[Any, ...]]:
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in self.columns)
        new_line = "" if self.any_end else "new_line = '\\n', "
        size = max(self.longest + 16, LONGEST_DEFAULT)
        text = (
            f"read_csv(?, delim = ?, quote = ?, escape = ?, {new_line}skip = ?, parallel = ?, "
            "allow_quoted_nulls = ?, max_line_size = ?, buffer_size = ?, "
            f"columns = {{{columns}}}, auto_detect = false, header = false, strict_mode = true, "
            "null_padding = false, ignore_errors = false, nullstr = '', comment = '', compression = 'none', "
            "encoding = 'utf-8', hive_partitioning = false)"
        )
        return text, (
            self.path,
            self.delimiter,
            self.quote,
            self.quote,
            self.skip,
            self.parallel,
            not self.quoted_empty,
            size,
            max(_SMALLEST_BUFFER, 2 * size),
        )


def _characters(text: str) -> str:
    """`text` as a DuckDB expression in plain ASCII, whatever it holds."""
    return " || ".join(f"chr({ord(character)})" for character in text)
