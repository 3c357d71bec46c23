"""Writes rows as CSV to a file or the terminal, for the commands that export."""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import click


def export_csv(out: Path, names: Sequence[str], rows: Collection[Iterable[Any]], told: str) -> None:
    """Write a header and `rows` to `out` and say so after `told`; - is the terminal, and says nothing."""
    if str(out) == "-":
        _write(names, rows, sys.stdout)
        return
    with out.open("w", encoding="utf-8", newline="") as stream:
        _write(names, rows, stream)
    click.echo(f"{told} written to {out}")


def _write(names: Sequence[str], rows: Iterable[Iterable[Any]], stream: Any) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
