"""The hash that survives reformatting and nothing else."""

from __future__ import annotations

import pytest

from tsql.normalise import content_hash

ORIGINAL = """-- source → target
CREATE OR ALTER VIEW gold.sales
AS
SELECT o.order_id AS [Order No], SUM(o.amount) AS total, N'it''s' AS note
FROM silver.orders AS o
WHERE o.code = 'Ab' AND CAST(o.day AS date) > '2020-01-01'
GROUP BY o.order_id;
GO
"""


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("line ends", "\n", "\r\n"),
        ("indentation", "\nSELECT", "\n\n      SELECT  "),
        ("comments", "-- source → target", "/* other /* words */ */"),
        ("keyword case", "CREATE OR ALTER VIEW", "create or alter view"),
        ("function case", "SUM(", "sum("),
        ("type case", "AS date)", "AS DATE)"),
        ("string prefix case", "N'it", "n'it"),
        ("the last GO", "GO\n", ""),
    ],
)
def test_the_hash_survives_a_change_of(what: str, before: str, after: str) -> None:
    changed = ORIGINAL.replace(before, after)
    assert changed != ORIGINAL
    assert content_hash(changed) == content_hash(ORIGINAL)


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("a string's case", "'Ab'", "'AB'"),
        ("a string's space", "'Ab'", "'Ab '"),
        ("a quoted name's case", "[Order No]", "[order no]"),
        ("an alias's case", "AS total", "AS Total"),
        ("an alias spelt like a type", "AS total", "AS date"),
        ("a column", "o.amount", "o.price"),
        ("a column's case", "o.amount", "o.Amount"),
        ("an operator", " > ", " >= "),
        ("a place of GO", "\nSELECT", "\nGO\nSELECT"),
        ("a count behind GO", "GO\n", "GO 2\n"),
        ("quotes around a name", "o.amount", "o.[amount]"),
    ],
)
def test_the_hash_notices_a_change_of(what: str, before: str, after: str) -> None:
    changed = ORIGINAL.replace(before, after)
    assert changed != ORIGINAL
    assert content_hash(changed) != content_hash(ORIGINAL)


def test_moving_a_boundary_between_words_changes_the_hash() -> None:
    assert content_hash("SELECT ab c") != content_hash("SELECT a bc")


def test_text_without_tokens_still_has_a_hash_that_ignores_line_ends() -> None:
    assert content_hash("SELECT 'x\r\n") == content_hash("SELECT 'x\n") != content_hash("SELECT 'y\n")


def test_the_hash_has_32_bytes() -> None:
    assert len(content_hash("")) == 32
