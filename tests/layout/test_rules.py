"""Each rule finds what it is for, in a file that breaks it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.layout.rules import FILE_RULES, TREE_RULES, faults
from tests.layout.subject import SqlFile, read_tree

TABLE = """\
-- Grain: one customer.
CREATE TABLE silver.customers (
    customer_id nvarchar(50) NOT NULL,
    note nvarchar(50) NULL,
    row_hash binary(32) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_customers PRIMARY KEY CLUSTERED (customer_id)
);
GO
"""
FACT = """\
-- Grain: one sale.
CREATE TABLE gold.fact_sales (
    sale_key bigint NOT NULL,
    order_date date NOT NULL,
    CONSTRAINT PK_gold_fact_sales PRIMARY KEY NONCLUSTERED (sale_key, order_date)
) ON PS_gold_months (order_date);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_gold_fact_sales ON gold.fact_sales ON PS_gold_months (order_date);
GO
"""
PROCEDURE = """\
-- bronze.shop_customers → silver.customers
-- Re-run: takes in only what is new.
-- EXEC silver.load_customers @run_id = 1;
CREATE OR ALTER PROCEDURE silver.load_customers
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @result int;

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.customers';
    EXEC @result = sys.sp_getapplock @Resource = N'x', @LockMode = N'Exclusive';
    IF @result < 0 THROW 51001, N'silver.load_customers: it is locked; run again.', 1;

    WITH fresh AS (
        SELECT shop.customer_id, shop.note
        FROM bronze.shop_customers AS shop
        WHERE NOT EXISTS (SELECT 1 FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.customers')
    )

    INSERT INTO silver.customers (customer_id, note, row_hash, updated_at)
    SELECT
        fresh.customer_id,
        TRIM(NCHAR(13) FROM note),
        HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
            NCHAR(31),
            fresh.customer_id,
            ISNULL(fresh.note, NCHAR(30))
        ))),
        SYSUTCDATETIME()
    FROM fresh;

    EXEC ops.finish_batch @run_id = @run_id, @table_name = N'silver.customers';

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
"""
PLAN = '''\
BATCH = """BULK INSERT bronze.shop_customers FROM 'f' WITH (DATAFILETYPE = 'char', FIRSTROW = 2,
FIELDTERMINATOR = ',', ROWTERMINATOR = '0x0a', KEEPNULLS, MAXERRORS = 0, TABLOCK);"""
'''
ERRORS = "| 51001 | silver.load_customers | locked |\n"
FILES = {
    "database/silver/tables/customers.sql": TABLE,
    "database/gold/tables/fact_sales.sql": FACT,
    "database/silver/procedures/load_customers.sql": PROCEDURE,
    "database/README.md": ERRORS,
    "migrations/V0001__create_tables.sql": f"-- The tables.\n{TABLE}{FACT}",
    "scripts/warehouse/plan.py": PLAN,
    "dags/contracts/shop/customers.yml": "",
}
TABLE_PATH, FACT_PATH, PROCEDURE_PATH, ERRORS_PATH, MIGRATION_PATH, PLAN_PATH, _ = FILES

# Per rule: file, what to replace in it, by what, what the rule says.
BROKEN = {
    "path_equals_object": (
        (TABLE_PATH, "silver.customers (", "silver.clients (", "its path says silver.customers"),
        (TABLE_PATH, "CREATE TABLE", "DROP TABLE", "begins with CREATE TABLE"),
        (TABLE_PATH, "GO\n", "GO\nCREATE VIEW silver.v AS SELECT 1;\nGO\n", "more than one object"),
        (TABLE_PATH, ");\nGO\n", ");\n", "does not end with GO"),
    ),
    "header_has_one_to_six_lines": (
        (TABLE_PATH, "-- Grain: one customer.\n", "", "0 lines"),
        (TABLE_PATH, "-- Grain", "-- a\n" * 6 + "-- Grain", "7 lines"),
    ),
    "header_says_what_and_how": (
        (PROCEDURE_PATH, "-- EXEC silver.load", "-- silver.load", "example call"),
        (PROCEDURE_PATH, "-- Re-run: takes", "-- Takes", "Re-run"),
    ),
    "words_are_upper_and_names_snake_case": (
        (TABLE_PATH, "    note ", "    Note ", "Note is neither"),
        (TABLE_PATH, "note nvarchar(50) NULL", "note nvarchar(50) null", "NULL"),
        (TABLE_PATH, "    note ", "    [note] ", "needs no brackets"),
        (PROCEDURE_PATH, "@run_id", "@RunId", "@RunId is not snake_case"),
    ),
    "columns_state_null": (
        (TABLE_PATH, "note nvarchar(50) NULL", "note nvarchar(50)", "note states neither"),
        (PROCEDURE_PATH, "BEGIN TRY", "CREATE TABLE #t (a int);\nBEGIN TRY", "a states neither"),
    ),
    "temporary_text_has_the_collation_of_the_database": (
        (
            PROCEDURE_PATH,
            "BEGIN TRY",
            "CREATE TABLE #t (a nvarchar(50) NULL);\nBEGIN TRY",
            "a of #t states no collation",
        ),
    ),
    "column_names_tell_types": (
        (TABLE_PATH, "datetime2(3)", "datetime", "updated_at is not datetime2(3)"),
        (TABLE_PATH, "    note nvarchar(50)", "    is_good int", "is_good is not bit"),
    ),
    "constraints_are_named": (
        (TABLE_PATH, "CONSTRAINT PK_silver_customers ", "", "PRIMARY of silver.customers has no name"),
        (TABLE_PATH, "PK_silver_customers", "PK_customers", "should begin with PK_silver_customers"),
        (TABLE_PATH, "(50) NULL", "(50) NULL DEFAULT N'x'", "DEFAULT of silver.customers has no name"),
        (
            MIGRATION_PATH,
            "-- The tables.\n",
            "-- The tables.\nALTER TABLE silver.customers ADD CHECK (note <> N'');\n",
            "CHECK of silver.customers has no name",
        ),
    ),
    "indexes_are_named_after_their_table": (
        (FACT_PATH, "INDEX IX_gold_fact_sales", "INDEX ix", "IX_gold_fact_sales"),
    ),
    "facts_are_partitioned_columnstores": (
        (FACT_PATH, "CLUSTERED COLUMNSTORE", "CLUSTERED", "COLUMNSTORE"),
        (FACT_PATH, "KEY NONCLUSTERED", "KEY CLUSTERED", "NONCLUSTERED"),
        (FACT_PATH, "\n) ON PS_gold_months (order_date)", "\n)", "ON PS_"),
    ),
    "columns_are_listed": (
        (PROCEDURE_PATH, "SELECT shop.customer_id, shop.note", "SELECT *", "instead of *"),
        (PROCEDURE_PATH, "SELECT shop.customer_id", "SELECT shop.*", "instead of *"),
        (PROCEDURE_PATH, " (customer_id, note, row_hash, updated_at)", "", "does not list"),
    ),
    "names_have_two_parts": (
        (PROCEDURE_PATH, "bronze.shop_customers AS", "shop_customers AS", "shop_customers needs"),
        (PROCEDURE_PATH, "EXEC ops.finish_batch", "EXEC finish_batch", "finish_batch needs"),
        (PROCEDURE_PATH, "sys.sp_getapplock", "sp_getapplock", "sp_getapplock needs"),
    ),
    "merge_holds_its_lock": (
        (PROCEDURE_PATH, "BEGIN TRY", "MERGE silver.customers AS c USING x\nBEGIN TRY", "HOLDLOCK"),
    ),
    "hashes_are_sha2_256": ((PROCEDURE_PATH, "SHA2_256", "MD5", "SHA2_256"),),
    "application_locks_are_checked": (
        (PROCEDURE_PATH, "EXEC @result = sys", "EXEC sys", "return code"),
        (PROCEDURE_PATH, "IF @result < 0 ", "", "return code"),
    ),
    "errors_are_thrown": (
        (PROCEDURE_PATH, "THROW 51001", "THROW 50001", "51000 to 51999"),
        (PROCEDURE_PATH, "it is locked; run again.", "it is locked.", "what; do this"),
        (PROCEDURE_PATH, "BEGIN TRY", "RAISERROR(N'x', 16, 1);\nBEGIN TRY", "by THROW"),
    ),
    "nothing_is_newer_than_2019": (
        (PROCEDURE_PATH, "ISNULL(", "GREATEST(", "GREATEST came with"),
        (PROCEDURE_PATH, "TRIM(", "TRIM(LEADING ", "TRIM ( LEADING came with"),
    ),
    "bulk_insert_states_every_option": (
        (
            PROCEDURE_PATH,
            "BEGIN TRY",
            "BULK INSERT bronze.x FROM 'f' WITH (FIRSTROW = 2);\nBEGIN TRY",
            "MAXERRORS = 0",
        ),
    ),
    "names_are_verbs": ((PROCEDURE_PATH.replace("load_", "customers_"), "", "", "is called by one of"),),
    "first_lines_set_the_session": (
        (PROCEDURE_PATH, "SET NOCOUNT, XACT_ABORT ON", "SET NOCOUNT ON", "first line"),
    ),
    "transactions_are_ended_by_who_began_them": (
        (PROCEDURE_PATH, "    IF @owns_transaction = 1 COMMIT", "    COMMIT", "COMMIT"),
        (PROCEDURE_PATH, "    THROW;\n", "", "CATCH"),
    ),
    "leaves_load_and_nothing_else": (
        (PROCEDURE_PATH, "BEGIN TRY", "PRINT N'x';\nBEGIN TRY", "does not PRINT"),
        (PROCEDURE_PATH, "@rows_read bigint = NULL OUTPUT", "@x int", "@rows_read"),
    ),
    "loads_lock_their_target_and_record_what_they_took_in": (
        (PROCEDURE_PATH, "EXEC ops.lock_target @target = N'silver.customers';", "", "does not lock"),
    ),
    "only_sql_stands_in_database": (("database/silver/notes.txt", "", "", "is no .sql file"),),
    "migrations_are_numbered_without_gaps": (("migrations/V0003__more.sql", "", "", "V0002__"),),
    "database_describes_what_migrations_create": (
        (
            MIGRATION_PATH,
            "-- The tables.\n",
            "-- The tables.\nCREATE TABLE silver.more (a int NULL);\nGO\n",
            "does not describe silver.more",
        ),
    ),
    "tables_are_named_by_layer": (
        ("database/bronze/tables/other_customers.sql", "", "", "no contract"),
        ("database/gold/tables/sales.sql", "", "", "neither dim_ nor fact_"),
    ),
    "loads_are_named_after_their_table": (
        (PROCEDURE_PATH.replace("customers", "stores"), "", "", "no table silver.stores"),
    ),
    "row_hashes_tell_null_apart": (
        (PROCEDURE_PATH, "ISNULL(fresh.note, NCHAR(30))", "fresh.note", "without a token"),
    ),
    "error_numbers_are_listed_and_used_once": (
        (ERRORS_PATH, "51001", "51002", "list 51001 in database/README.md"),
        (ERRORS_PATH, "51001", "51002", "nothing raises 51002"),
        (PLAN_PATH, "BATCH", "# THROW 51001,\nBATCH", "also raised"),
    ),
    "bulk_insert_of_the_plan_states_every_option": (
        (PLAN_PATH, "MAXERRORS = 0, ", "", "MAXERRORS = 0"),
        (PLAN_PATH, "TABLOCK", "TABLOCK, CODEPAGE = '65001'", "CODEPAGE"),
    ),
}


def written(root: Path, path: str = "", before: str = "", after: str = "") -> Path:
    """A small project below `root`, with a text replaced in one of its files or an empty file more."""
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if path:
        changed = FILES.get(path, "")
        assert before in changed
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(changed.replace(before, after), encoding="utf-8")
    return root


def test_a_project_that_keeps_to_the_rules_has_no_faults(tmp_path: Path) -> None:
    assert faults(written(tmp_path)) == []


@pytest.mark.parametrize(
    ("rule", "path", "before", "after", "said"),
    [(rule, *example) for rule, examples in BROKEN.items() for example in examples],
)
def test_a_rule_finds_what_it_is_for(
    tmp_path: Path, rule: str, path: str, before: str, after: str, said: str
) -> None:
    tree = read_tree(written(tmp_path, path, before, after))
    by_file = [
        fault for each in FILE_RULES if each.__name__ == rule for file in tree.files for fault in each(file)
    ]
    by_tree = [fault for each in TREE_RULES if each.__name__ == rule for fault in each(tree)]
    found = by_file + by_tree
    assert [fault for fault in found if said in fault.text], found
    assert set(found) <= set(faults(tmp_path))


def test_every_rule_is_seen_to_find_something() -> None:
    assert set(BROKEN) == {rule.__name__ for rule in (*FILE_RULES, *TREE_RULES)}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT COUNT(*) AS lines FROM silver.customers AS customers;",
        "UPDATE c SET note = N'' FROM silver.customers AS c;",
        "DELETE c FROM silver.customers AS c;",
        "SELECT s.value FROM STRING_SPLIT(N'a,b', N',') AS s;",
        "ALTER PARTITION FUNCTION PF_gold_months() MERGE RANGE ('20150101');",
        "-- SELECT * FROM nowhere\nSELECT N'SELECT * FROM nowhere' AS said;",
        "FETCH NEXT FROM names INTO @name;",
        "EXEC sys.sp_executesql @stmt = @text;",
    ],
)
def test_what_is_right_is_not_complained_of(statement: str) -> None:
    file = SqlFile("migrations/V0001__x.sql", f"-- Header.\n{statement}\nGO\n")
    assert [fault for rule in FILE_RULES for fault in rule(file)] == []
