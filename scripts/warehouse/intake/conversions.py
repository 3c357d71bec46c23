"""Turns Parquet files and workbooks into CSV, which is what the server reads.

Beside archives. DuckDB reads Parquet, calamine the workbooks of Excel and LibreOffice. The CSV is UTF-8 with
LF, dates are ISO 8601's; a row of a sheet that has nothing in it is a blank line, so that a row keeps its
number. It lies in a temporary folder for as long as it is read.
"""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

WORKBOOKS: Final = ("xlsx", "xlsm", "xls", "ods")
CONVERTED: Final = ("parquet", *WORKBOOKS)


class CannotConvert(Exception):
    """The file is not what its suffix says; the text goes on from "the file …"."""


@contextmanager
def converted(path: Path, kind: str, sheet: str) -> Iterator[BinaryIO]:
    """The file as CSV. `sheet` names a workbook's, '' is its first. Errors: OSError; CannotConvert."""
    with path.open("rb"):
        pass  # a file that may not be read is no broken one
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows.csv"
        if kind == "parquet":
            _write_parquet(path, target)
        else:
            _write_sheet(path, target, sheet)
        with target.open("rb") as stream:
            yield stream


def _write_parquet(path: Path, target: Path) -> None:
    try:
        with duckdb.connect() as connection:
            connection.read_parquet(str(path)).write_csv(str(target), header=True)
    except duckdb.Error as error:
        raise CannotConvert(f"is no whole parquet file ({_line(error)}); deliver it again") from error


def _write_sheet(path: Path, target: Path, sheet: str) -> None:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            if sheet and sheet not in workbook.sheet_names:
                known = ", ".join(workbook.sheet_names)
                raise CannotConvert(f"has no sheet {sheet!r}; it has {known}")
            found = workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)
            rows = found.to_python(skip_empty_area=False)
    except CalamineError as error:
        if path.read_bytes()[:200].lstrip().startswith(b"<"):
            raise CannotConvert(
                "is HTML or XML, whatever its name says; open it and save it as xlsx or CSV"
            ) from error
        raise CannotConvert(
            f"is no whole workbook, or a locked one ({_line(error)}); deliver it again"
        ) from error
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for row in rows:
            texts = [_text(cell) for cell in row]
            if any(texts):
                writer.writerow(texts)
            else:
                stream.write("\n")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def _text(cell: object) -> str:
    """A cell as text. Excel keeps 15 digits of a number; more are dust of binary fractions."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return f"{int(cell)}" if cell.is_integer() else f"{Decimal(f'{cell:.15g}'):f}"
        case datetime.datetime():
            is_day = cell.time() == datetime.time()
            return cell.strftime("%Y-%m-%d") if is_day else cell.strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return str(cell)
