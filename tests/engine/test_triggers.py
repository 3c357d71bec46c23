"""AFTER triggers: Microsoft Learn, "CREATE TRIGGER", "Use the inserted and deleted tables"."""

from __future__ import annotations

from tests.engine.session import Client

_TABLES = """
CREATE TABLE stock (id int IDENTITY PRIMARY KEY, item nvarchar(20) NOT NULL, quantity int NULL DEFAULT 0);
CREATE TABLE audit (what nvarchar(10), item nvarchar(20), before int, after int, n int);
"""
_AUDIT = """
CREATE TRIGGER stock_audit ON stock AFTER INSERT, UPDATE, DELETE AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO audit
    SELECT CASE WHEN d.id IS NULL THEN N'insert' WHEN i.id IS NULL THEN N'delete' ELSE N'update' END,
        COALESCE(i.item, d.item), d.quantity, i.quantity, @@TRANCOUNT
    FROM inserted AS i FULL JOIN deleted AS d ON d.id = i.id;
END
"""


def test_a_trigger_sees_the_rows_of_every_change(client: Client) -> None:
    client(_TABLES)
    client(_AUDIT)
    told = client("""
        INSERT INTO stock (item, quantity) VALUES (N'nut', 5), (N'bolt', 7);
        UPDATE stock SET quantity += 1 WHERE item = N'nut';
        DELETE FROM stock WHERE item = N'bolt';
        SELECT what, item, before, after, n FROM audit;
    """)
    assert told.rows == [
        ("insert", "nut", None, 5, 1),
        ("insert", "bolt", None, 7, 1),
        ("update", "nut", 5, 6, 1),
        ("delete", "bolt", 7, None, 1),
    ]
    assert [count for count in told.counts if count is not None] == [2, 1, 1, 4]


def test_merge_fires_the_trigger_of_each_action(client: Client) -> None:
    client(_TABLES)
    client("INSERT INTO stock (item, quantity) VALUES (N'nut', 1), (N'old', 2)")
    client(_AUDIT)
    told = client("""
        MERGE stock AS t USING (VALUES (N'nut', 10), (N'new', 20)) AS s (item, quantity) ON t.item = s.item
        WHEN MATCHED THEN UPDATE SET quantity = s.quantity
        WHEN NOT MATCHED THEN INSERT (item, quantity) VALUES (s.item, s.quantity)
        WHEN NOT MATCHED BY SOURCE THEN DELETE;
        SELECT what, item, before, after FROM audit ORDER BY what;
    """)
    assert told.rows == [("delete", "old", 2, None), ("insert", "new", None, 20), ("update", "nut", 1, 10)]


def test_update_of_a_column_tells_what_the_statement_sets(client: Client) -> None:
    client(_TABLES)
    client("""
        CREATE TRIGGER told ON stock FOR INSERT, UPDATE AS
        SELECT IIF(UPDATE(item), 1, 0), IIF(UPDATE(quantity), 1, 0), COLUMNS_UPDATED();
    """)
    assert client("INSERT INTO stock (item) VALUES (N'a')").sets == [[(1, 1, b"\x07")]]
    assert client("UPDATE stock SET quantity = 1 WHERE 1 = 0").sets == [[(0, 1, b"\x04")]]


def test_a_rollback_in_a_trigger_ends_the_batch(client: Client) -> None:
    client(_TABLES)
    client("""
        CREATE TRIGGER guard ON stock AFTER INSERT AS
        IF EXISTS (SELECT * FROM inserted WHERE quantity < 0)
        BEGIN
            RAISERROR (N'no negative stock', 16, 1);
            ROLLBACK TRANSACTION;
        END
    """)
    told = client("INSERT INTO stock (item, quantity) VALUES (N'a', 1), (N'b', -1); SELECT 'not reached';")
    assert told.numbers == [50000, 3609]
    assert told.sets == []
    assert client("SELECT COUNT(*), @@TRANCOUNT FROM stock").rows == [(0, 0)]
    told = client("""
        BEGIN TRANSACTION;
        INSERT INTO stock (item) VALUES (N'kept');
        BEGIN TRY
            INSERT INTO stock (item, quantity) VALUES (N'b', -1);
        END TRY
        BEGIN CATCH
            SELECT ERROR_NUMBER(), XACT_STATE(), @@TRANCOUNT;
            IF @@TRANCOUNT > 0 ROLLBACK;
        END CATCH
    """)
    assert told.sets[0][0][0] == 50000


def test_an_error_in_a_trigger_undoes_the_change_and_ends_the_batch(client: Client) -> None:
    client(_TABLES)
    client("CREATE TRIGGER broken ON stock AFTER INSERT AS DECLARE @a int = 1 / 0;")
    told = client("INSERT INTO stock (item) VALUES (N'a'); SELECT 'not reached';")
    assert told.numbers == [8134]
    assert told.sets == []
    assert client.value("COUNT(*) FROM stock") == 0


def test_triggers_nest_and_do_not_fire_themselves(client: Client) -> None:
    client(_TABLES)
    client("CREATE TRIGGER doubled ON stock AFTER INSERT AS UPDATE stock SET quantity = quantity * 2;")
    client("""
        CREATE TRIGGER counted ON stock AFTER UPDATE AS
        BEGIN
            UPDATE stock SET quantity = quantity + 1;
            INSERT INTO audit (n) VALUES (TRIGGER_NESTLEVEL());
        END
    """)
    client("INSERT INTO stock (item, quantity) VALUES (N'a', 5)")
    assert client("SELECT quantity, (SELECT MAX(n) FROM audit), @@IDENTITY FROM stock").rows == [(11, 2, 1)]


def test_a_disabled_trigger_does_not_fire(client: Client) -> None:
    client(_TABLES)
    client(_AUDIT)
    client("DISABLE TRIGGER stock_audit ON stock")
    client("INSERT INTO stock (item) VALUES (N'a')")
    assert client.value("COUNT(*) FROM audit") == 0
    client("ALTER TABLE stock ENABLE TRIGGER ALL")
    client("INSERT INTO stock (item) VALUES (N'a')")
    assert client.value("COUNT(*) FROM audit") == 1
    client("DROP TRIGGER IF EXISTS stock_audit; DROP TRIGGER IF EXISTS stock_audit;")
    client("INSERT INTO stock (item) VALUES (N'a')")
    assert client.value("COUNT(*) FROM audit") == 1


def test_output_to_the_client_is_refused_where_triggers_wait(client: Client) -> None:
    client(_TABLES)
    client(_AUDIT)
    assert client("INSERT INTO stock (item) OUTPUT inserted.id VALUES (N'a')").numbers == [334]
    told = client(
        "DECLARE @ids TABLE (id int); INSERT INTO stock (item) OUTPUT inserted.id INTO @ids "
        "VALUES (N'a'); SELECT id FROM @ids;"
    )
    assert told.rows == [(1,)]


def test_inserted_and_deleted_cannot_be_changed(client: Client) -> None:
    client(_TABLES)
    made = client("CREATE TRIGGER changer ON stock AFTER INSERT AS DELETE FROM inserted;")
    assert made.numbers == [286]


def test_a_trigger_on_a_missing_table_is_refused(client: Client) -> None:
    assert client("CREATE TRIGGER t ON missing AFTER INSERT AS SELECT 1").numbers == [8197]
    assert client("CREATE TRIGGER t ON missing INSTEAD OF INSERT AS SELECT 1").numbers == [8197]


def test_scope_identity_is_not_changed_by_a_trigger(client: Client) -> None:
    client(_TABLES)
    client("CREATE TABLE log (id int IDENTITY(100, 1), x int)")
    client("CREATE TRIGGER logs ON stock AFTER INSERT AS INSERT INTO log (x) SELECT id FROM inserted")
    told = client("INSERT INTO stock (item) VALUES (N'a'); SELECT SCOPE_IDENTITY(), @@IDENTITY, @@ROWCOUNT;")
    assert told.rows == [(1, 100, 1)]


def test_dropping_a_table_drops_its_triggers(client: Client) -> None:
    client(_TABLES)
    client(_AUDIT)
    client("DROP TABLE stock")
    assert client.value("OBJECT_ID('stock_audit', 'TR')") is None
