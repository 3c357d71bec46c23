"""What a text defines and refers to."""

from __future__ import annotations

import pytest

from tsql.names import ObjectName
from tsql.references import definition, references


def test_every_two_part_name_is_a_reference() -> None:
    found = references("SELECT o.id FROM silver.orders AS o JOIN [silver].[Order Lines] AS l ON l.id = o.id")
    assert found == {("silver", "orders"), ("silver", "order lines")}


def test_names_in_strings_and_comments_are_no_references() -> None:
    assert not references("SELECT 'silver.orders' -- silver.orders\n/* gold.x */")


def test_a_comment_declares_what_dynamic_sql_needs() -> None:
    found = references("-- migrate: depends on silver.orders, [gold].[Days]\nSELECT 1")
    assert found == {("silver", "orders"), ("gold", "days")}


def test_a_three_part_name_counts_by_its_last_two_parts() -> None:
    assert ("silver", "orders") in references("SELECT 1 FROM warehouse.silver.orders")


def test_a_column_behind_a_table_name_keeps_the_table() -> None:
    assert ("silver", "orders") in references("SELECT silver.orders.id FROM t")


@pytest.mark.parametrize(
    ("text", "kind", "or_alter"),
    [
        ("-- header\nCREATE OR ALTER PROCEDURE ops.run_step AS SELECT 1;", "procedure", True),
        ("CREATE PROC ops.run_step AS SELECT 1;", "procedure", False),
        ("create view [ops].[run_step] as select 1 as x;", "view", False),
        (
            "SET NOCOUNT ON;\nGO\nCREATE FUNCTION ops.run_step() RETURNS int AS BEGIN RETURN 1; END;",
            "function",
            False,
        ),
        ("CREATE TRIGGER ops.run_step ON ops.runs AFTER INSERT AS RETURN;", "trigger", False),
    ],
)
def test_a_definition_is_found_with_its_kind_and_name(text: str, kind: str, or_alter: bool) -> None:
    found = definition(text)
    assert found is not None
    assert (found.kind, found.name, found.or_alter) == (kind, ObjectName("ops", "run_step"), or_alter)
    assert text[: found.create_end].upper().endswith("CREATE")


NOT_MODULES = ["SELECT 1", "CREATE TABLE a.b (c int)", "/* CREATE VIEW a.b */", "CREATE", ""]


@pytest.mark.parametrize("text", NOT_MODULES)
def test_other_text_defines_no_module(text: str) -> None:
    assert definition(text) is None


def test_names_of_one_part_count_where_a_table_can_stand() -> None:
    text = (
        "CREATE VIEW dbo.v AS SELECT total, a.x "
        "FROM names AS a JOIN [Other Names] ON 1 = 1, third CROSS APPLY f(1)"
    )
    assert references(text) >= {("dbo", "names"), ("dbo", "other names"), ("dbo", "third"), ("dbo", "f")}
    assert not references(text) & {("dbo", "total"), ("a", "x")}


def test_a_name_of_one_part_is_looked_for_in_the_objects_schema_and_in_dbo() -> None:
    found = references("CREATE VIEW hr.v AS SELECT 1 AS one FROM names")
    assert {("hr", "names"), ("dbo", "names")} <= found


def test_common_table_expressions_are_no_references() -> None:
    text = "WITH names AS (SELECT 1 AS a), more (b) AS (SELECT 2) SELECT a FROM names, more, others"
    assert not references(text) & {("dbo", "names"), ("dbo", "more")}
    assert ("dbo", "others") in references(text)


def test_a_column_of_an_alias_is_no_reference_whatever_the_alias_is_called() -> None:
    text = "SELECT gold.sales FROM silver.orders AS gold JOIN hr.f(1, 2) g ON g.sales = gold.id"
    assert references(text) == {("silver", "orders"), ("hr", "f")}


def test_a_function_is_a_reference_also_behind_an_alias_of_its_schemas_name() -> None:
    assert ("hr", "twice") in references("SELECT hr.twice(hr.id) FROM silver.orders AS hr")


def test_types_of_variables_and_parameters_are_references() -> None:
    found = references("CREATE PROC hr.p @ids hr.ids READONLY AS DECLARE @more AS ids, @n int;")
    assert {("hr", "ids"), ("dbo", "ids")} <= found


def test_what_a_synonym_stands_for_is_a_reference() -> None:
    assert ("hr", "people") in references("CREATE SYNONYM hr.folk FOR people")
