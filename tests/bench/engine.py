"""The engine alone, held against the bars it was built to.

Large changes and loads run beside the same work written by hand for DuckDB, into a file of its own, with the
same types and threads, by turns; the rest is the round trip that a client sees.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pyodbc
from rich.console import Console
from rich.table import Table
from tests.bench.clock import Way, by_turns, median
from tests.bench.served import done, served

ROWS: Final = 1_000_000
REPEATS: Final = 5
_COLUMNS: Final = (
    "item_id int NOT NULL{key}, name {text}(40) NOT NULL, price decimal(19, 4) NOT NULL, "
    "changed_on date NOT NULL, note {text}(40) NULL"
)
_ITEMS: Final = """
COPY (
    SELECT i + 1 AS item_id, 'item number ' || i AS name, CAST(i % 10000 / 100 AS decimal(19, 4)) AS price,
        DATE '2024-01-01' + CAST(i % 366 AS integer) AS changed_on,
        CASE WHEN i % 3 = 0 THEN NULL ELSE 'note ' || i % 1000 END AS note
    FROM range($first, $first + $rows) AS r(i)
) TO '$path' (HEADER, DELIMITER ',');
"""
_BULK: Final = (
    "BULK INSERT {table} FROM '{path}' WITH (FORMAT = 'CSV', FIRSTROW = 2, MAXERRORS = 0, TABLOCK);"
)
_READ: Final = "INSERT INTO {table} SELECT * FROM read_csv('{path}');"
_SET: Final = "name = staged.name, price = staged.price, changed_on = staged.changed_on, note = staged.note"
_LOOP: Final = """
DECLARE @i int = 0, @sum int = 0;
WHILE @i < 1000 BEGIN SET @sum = @sum + @i % 7; SET @i += 1; END;
"""
_SUMS: Final = "SELECT COUNT(*), SUM(CAST(item_id AS bigint)), SUM(price), COUNT(note) FROM {0}"
_NAMES: Final = "item_id, name, price, changed_on, note"
_VALUES: Final = "staged.item_id, staged.name, staged.price, staged.changed_on, staged.note"


def main() -> None:
    """Measure and print."""
    console = Console(highlight=False, width=120)
    table = Table("what", "tsqld", "by hand", "ratio", "bar", title_justify="left")
    table.title = f"engine: {platform.machine()}, {os.cpu_count()} cores, medians of {REPEATS} by turns"
    with (
        tempfile.TemporaryDirectory(prefix="tsqld-bench-") as name,
        served(Path(name) / "data") as server,
        duckdb.connect(str(Path(name) / "hand.duckdb")) as hand,
    ):
        bench = Bench(server, hand, Path(name))
        for what, mine, theirs, bar in bench.loads():
            table.add_row(what, f"{mine:.2f} s", f"{theirs:.2f} s", f"{mine / theirs:.2f}", bar)
        for what, figure, bar in bench.trips():
            table.add_row(what, figure, "", "", bar)
    console.print(table)


class Bench:
    """The tables of both sides and what is done with them."""

    def __init__(self, server: pyodbc.Connection, hand: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.server = server
        self.hand = hand
        self.base, self.fresh = folder / "base.csv", folder / "fresh.csv"
        for path, first in ((self.base, 0), (self.fresh, ROWS // 2)):
            text = _ITEMS.replace("$first", str(first)).replace("$rows", str(ROWS))
            hand.execute(text.replace("$path", str(path)))

    # large work, by turns

    def loads(self) -> list[tuple[str, float, float, str]]:
        """What was done, tsqld's seconds, the seconds by hand, and the bar."""
        self._tables()
        return [
            ("BULK INSERT of 1M rows / read_csv", *self._bulk(), "<= 1.25"),
            (
                "upsert of 1M rows, UPDATE + INSERT",
                *self._changes(_upsert("items"), _upsert("items")),
                "<= 1.5",
            ),
            (
                "the same into a table with a key",
                *self._changes(_upsert("keyed"), _upsert("items")),
                "<= 1.5",
            ),
            ("MERGE of 1M rows", *self._changes(_merge("items"), _merge("items")), "<= 1.5"),
            ("the same into a table with a key", *self._changes(_merge("keyed"), _merge("items")), "<= 1.5"),
        ]

    def _tables(self) -> None:
        for table, key in (("base", ""), ("staged", ""), ("items", ""), ("keyed", " PRIMARY KEY")):
            done(self.server, f"CREATE TABLE dbo.{table} ({_COLUMNS.format(key=key, text='nvarchar')})")
            self.hand.execute(f"CREATE TABLE {table} ({_COLUMNS.format(key='', text='varchar')})")
        for table, path in (("base", self.base), ("staged", self.fresh)):
            done(self.server, _BULK.format(table=table, path=path))
            self.hand.execute(_READ.format(table=table, path=path))

    def _emptied(self, table: str) -> tuple[Callable[[], object], Callable[[], object]]:
        return (
            lambda: done(self.server, f"TRUNCATE TABLE {table}"),
            lambda: self.hand.execute(f"TRUNCATE TABLE {table}"),
        )

    def _bulk(self) -> tuple[float, float]:
        mine, theirs = self._emptied("items")
        spent = by_turns(
            Way(lambda: done(self.server, _BULK.format(table="items", path=self.base)), mine),
            Way(lambda: self.hand.execute(_READ.format(table="items", path=self.base)), theirs),
            REPEATS,
        )
        self._same("items")
        return spent

    def _changes(self, mine: str, theirs: str) -> tuple[float, float]:
        """A batch on the server and one on DuckDB, each into a target that holds the base rows again."""
        again = "TRUNCATE TABLE {0}; INSERT INTO {0} SELECT * FROM base;"
        table = "keyed" if "keyed" in mine else "items"
        spent = by_turns(
            Way(lambda: done(self.server, mine), lambda: done(self.server, again.format(table))),
            Way(lambda: self.hand.execute(theirs), lambda: self.hand.execute(again.format("items"))),
            REPEATS,
        )
        self._same(table)
        return spent

    def _same(self, table: str) -> None:
        """Both sides must have done the same, or their times compare nothing."""
        served = tuple(self.server.execute(_SUMS.format(table)).fetchone())
        hand = self.hand.execute(_SUMS.format("items")).fetchone()
        assert served == hand, f"{table}: tsqld {served}, by hand {hand}"

    # round trips

    def trips(self) -> list[tuple[str, str, str]]:
        """What was done, its figure, and the bar."""
        done(self.server, "CREATE PROCEDURE dbo.nothing AS RETURN;")
        rows = 200_000
        select = f"SELECT TOP ({rows}) item_id, name, price, changed_on, note, item_id AS again FROM base"
        seconds = median(lambda: self.server.execute(select).fetchall(), REPEATS)
        return [
            ("EXEC of an empty procedure", self._trip("EXEC dbo.nothing", 300), "<= 1.5 ms"),
            ("SELECT 1", self._trip("SELECT 1", 300), "<= 1 ms"),
            ("WHILE of 1,000 turns with arithmetic", self._trip(_LOOP, 15), "<= 50 ms"),
            ("SELECT of six columns through pyodbc", f"{rows / seconds:,.0f} rows/s", ""),
        ]

    def _trip(self, batch: str, repeats: int) -> str:
        return f"{median(lambda: done(self.server, batch), repeats) * 1000:.2f} ms"


def _upsert(table: str) -> str:
    """UPDATE what has changed and INSERT what is new, in one transaction; the same text for both."""
    return f"""
BEGIN TRANSACTION;
UPDATE {table} SET {_SET} FROM staged WHERE {table}.item_id = staged.item_id;
INSERT INTO {table} ({_NAMES})
SELECT {_NAMES} FROM staged
WHERE NOT EXISTS (SELECT 1 FROM {table} AS target WHERE target.item_id = staged.item_id);
COMMIT;
"""


def _merge(table: str) -> str:
    """MERGE, the same text for both."""
    return f"""
MERGE INTO {table} USING staged ON {table}.item_id = staged.item_id
WHEN MATCHED THEN UPDATE SET {_SET}
WHEN NOT MATCHED THEN INSERT ({_NAMES}) VALUES ({_VALUES});
"""
