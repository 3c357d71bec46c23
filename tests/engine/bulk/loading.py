"""Loads bytes through `open_bulk` and reads back the rows, or the errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tsqld.bulk.errors import BulkError
from tsqld.bulk.layout import TargetColumn
from tsqld.bulk.options import options_from
from tsqld.bulk.source import BulkSource, open_bulk
from tsqld.errors import TsqlError
from tsqld.types import MAX, SqlType, nvarchar

Pairs = Sequence[tuple[str, str | int | None]]

CSV: Pairs = (("FORMAT", "CSV"),)
LINES: Pairs = (("FIELDTERMINATOR", "0x1f"), ("ROWTERMINATOR", "0x0a"))


def texts(count: int, length: int = MAX) -> list[TargetColumn]:
    """`count` nullable nvarchar columns."""
    return [TargetColumn(f"c{number + 1}", nvarchar(length)) for number in range(count)]


def columns(*types: SqlType) -> list[TargetColumn]:
    return [TargetColumn(f"c{number + 1}", type) for number, type in enumerate(types)]


@dataclass
class Loader:
    root: duckdb.DuckDBPyConnection
    folder: Path

    def source(self, content: bytes, options: Pairs, target: Sequence[TargetColumn]) -> BulkSource:
        file = self.folder / "data.txt"
        file.write_bytes(content)
        return open_bulk(self.root.cursor(), str(file), options_from(options, 1), target, 7)

    def rows(self, content: bytes, options: Pairs, target: Sequence[TargetColumn]) -> list[tuple[Any, ...]]:
        """The rows the table gets."""
        return self.read(self.source(content, options, target))

    def read(self, source: BulkSource) -> list[tuple[Any, ...]]:
        names = ", ".join(f'"{name}"' for name in source.columns)
        rows = self.root.cursor().execute(f"SELECT {names} FROM ({source.sql})", source.parameters).fetchall()
        assert len(rows) == source.rows
        return rows

    def values(self, content: bytes, type: SqlType, *more: tuple[str, str | int | None]) -> list[Any]:
        """A file of one column, loaded into one of `type`."""
        return [row[0] for row in self.rows(content, more, columns(type))]

    def messages(
        self, content: bytes, options: Pairs, target: Sequence[TargetColumn]
    ) -> list[tuple[int, str]]:
        return [(found.number, found.message) for found in self.source(content, options, target).messages]

    def error(self, content: bytes, options: Pairs, target: Sequence[TargetColumn]) -> TsqlError:
        try:
            self.rows(content, options, target)
        except TsqlError as problem:
            return problem
        raise AssertionError("the file was loaded")

    def chain(self, content: bytes, options: Pairs, target: Sequence[TargetColumn]) -> list[int]:
        """The numbers of the errors that end the load, in order, with the row errors before them."""
        problem = self.error(content, options, target)
        if isinstance(problem, BulkError):
            return [found.number for found in (*problem.rows, problem, *problem.following)]
        return [problem.number]
