"""A small cut of the journey data as CSV, and the figures gold must show for it, computed by DuckDB alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from warehouse.journey import ENTITIES, csv_file, parquet_file

SEED = 20170101
HOUSEHOLDS = 6
PRODUCTS_LEFT_OUT = 25


@dataclass(frozen=True)
class Figures:
    """What the demo's last line holds."""

    order_lines: int
    orders: int
    customers: int
    products: int
    sales: Decimal


def write_cut(landing: Path, *, households: int = HOUSEHOLDS) -> None:
    """Write all transactions of some households, their products but a few, and their demographics."""
    with duckdb.connect() as connection:
        for entity in ENTITIES:
            connection.read_parquet(str(parquet_file(entity))).create_view(entity)
        known = "SELECT DISTINCT household_id FROM transactions ORDER BY household_id"
        every = [row[0] for row in connection.execute(known).fetchall()]
        chosen = sorted(random.Random(SEED).sample(every, households))
        connection.execute("CREATE TABLE chosen AS SELECT unnest(?) AS household_id", [chosen])
        connection.execute(
            "CREATE TABLE sold AS "
            "SELECT DISTINCT product_id FROM transactions JOIN chosen USING (household_id)"
        )
        left_out = "SELECT product_id FROM sold ORDER BY product_id LIMIT ?"
        connection.execute(f"CREATE TABLE left_out AS {left_out}", [PRODUCTS_LEFT_OUT])
        write(
            connection, "SELECT t.* FROM transactions AS t SEMI JOIN chosen USING (household_id)", landing, 0
        )
        products = "SELECT p.* FROM products AS p SEMI JOIN sold USING (product_id)"
        write(connection, f"{products} ANTI JOIN left_out USING (product_id)", landing, 1)
        write(
            connection, "SELECT d.* FROM demographics AS d SEMI JOIN chosen USING (household_id)", landing, 2
        )


def write(connection: duckdb.DuckDBPyConnection, query: str, landing: Path, entity: int) -> None:
    """Write the answer of `query` as the export of an entity."""
    target = csv_file(landing, ENTITIES[entity])
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.sql(query).write_csv(str(target), header=True)


def figures(*transactions: Path) -> Figures:
    """The figures of transaction files in which every record is good and none comes twice."""
    with duckdb.connect() as connection:
        row = connection.execute(
            """
            SELECT
                count(*),
                count(DISTINCT basket_id),
                count(DISTINCT household_id),
                count(DISTINCT product_id),
                sum(sales_value::DECIMAL(18, 2))
            FROM read_csv(?, all_varchar = true)
            """,
            [[str(file) for file in transactions]],
        ).fetchone()
    assert row is not None
    return Figures(*row)


def figures_of_the_source() -> Figures:
    """The figures of the whole data set, straight from its parquet file."""
    with duckdb.connect() as connection:
        row = connection.execute(
            """
            SELECT
                count(*),
                count(DISTINCT basket_id),
                count(DISTINCT household_id),
                count(DISTINCT product_id),
                sum(round(sales_value, 2)::DECIMAL(18, 2))
            FROM read_parquet(?)
            """,
            [str(parquet_file("transactions"))],
        ).fetchone()
    assert row is not None
    return Figures(*row)


def undescribed_products(landing: Path) -> set[str]:
    """The products that were sold but stand in no product file."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            SELECT product_id FROM read_csv(?, all_varchar = true)
            EXCEPT
            SELECT product_id FROM read_csv(?, all_varchar = true)
            """,
            [str(csv_file(landing, "transactions")), str(csv_file(landing, "products"))],
        ).fetchall()
    return {row[0] for row in rows}
