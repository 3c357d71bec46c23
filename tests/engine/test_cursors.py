"""Cursors: Microsoft Learn, "DECLARE CURSOR", "FETCH", "CURSOR_STATUS", "@@CURSOR_ROWS"."""

from __future__ import annotations

from tests.engine.session import Client

_ITEMS = """
CREATE TABLE items (id int NOT NULL PRIMARY KEY, name nvarchar(20), price decimal(9, 2));
INSERT INTO items VALUES (1, N'one', 1), (2, N'two', 2), (3, N'three', 3);
"""


def test_a_loop_over_a_cursor_sees_every_row_in_order(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE @id int, @name nvarchar(20), @all nvarchar(100) = N'';
        DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT id, name FROM items ORDER BY id DESC;
        OPEN c;
        FETCH NEXT FROM c INTO @id, @name;
        WHILE @@FETCH_STATUS = 0
        BEGIN
            SET @all += CONCAT(@id, @name, N';');
            FETCH NEXT FROM c INTO @id, @name;
        END
        CLOSE c;
        DEALLOCATE c;
        SELECT @all, @@FETCH_STATUS;
    """)
    assert told.rows == [("3three;2two;1one;", -1)]


def test_a_fetch_without_into_returns_the_row(client: Client) -> None:
    client(_ITEMS)
    told = client("DECLARE c CURSOR LOCAL FOR SELECT id, name FROM items; OPEN c; FETCH c; FETCH c;")
    assert told.sets == [[(1, "one")], [(2, "two")]]
    assert told.counts == [1, 1]


def test_a_scroll_cursor_moves_in_every_direction(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE c SCROLL CURSOR FOR SELECT id FROM items ORDER BY id;
        OPEN c;
        FETCH LAST FROM c; FETCH PRIOR FROM c; FETCH FIRST FROM c; FETCH ABSOLUTE 3 FROM c;
        FETCH RELATIVE -2 FROM c; FETCH ABSOLUTE -1 FROM c; FETCH RELATIVE 5 FROM c;
        SELECT @@FETCH_STATUS;
        DEALLOCATE c;
    """)
    assert told.sets == [[(3,)], [(2,)], [(1,)], [(3,)], [(1,)], [(3,)], [], [(-1,)]]


def test_a_forward_only_cursor_refuses_other_directions(client: Client) -> None:
    client(_ITEMS)
    told = client("DECLARE c CURSOR LOCAL FOR SELECT id FROM items; OPEN c; FETCH LAST FROM c;")
    assert told.errors == [
        (16911, "fetch: The fetch type last cannot be used with forward only cursors."),
    ]


def test_a_static_cursor_keeps_what_it_read(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE c CURSOR LOCAL STATIC FOR SELECT id, price FROM items ORDER BY id;
        OPEN c;
        SELECT @@CURSOR_ROWS;
        UPDATE items SET price = 100;
        DELETE items WHERE id = 2;
        FETCH c; FETCH c;
    """)
    assert told.sets[0] == [(3,)]
    assert [row[0][0] for row in told.sets[1:]] == [1, 2]
    assert told.sets[1][0][1] == 1


def test_a_dynamic_cursor_sees_changes_and_skips_deleted_rows(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE c CURSOR LOCAL FOR SELECT id, price FROM items;
        OPEN c;
        FETCH c;
        UPDATE items SET price = 100 WHERE id = 3;
        DELETE items WHERE id = 2;
        FETCH c;
    """)
    assert told.sets[-1] == [(3, 100)]


def test_a_keyset_cursor_reports_a_deleted_row_as_missing(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE c CURSOR LOCAL KEYSET FOR SELECT id FROM items;
        OPEN c;
        FETCH c;
        DELETE items WHERE id = 2;
        FETCH c;
        SELECT @@FETCH_STATUS;
    """)
    assert told.sets[-2:] == [[], [(-2,)]]


def test_update_and_delete_where_current_of_change_the_row_fetched(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE @id int;
        DECLARE c CURSOR LOCAL FOR SELECT id FROM items FOR UPDATE OF price;
        OPEN c;
        FETCH NEXT FROM c INTO @id;
        WHILE @@FETCH_STATUS = 0
        BEGIN
            IF @id = 2 DELETE FROM items WHERE CURRENT OF c;
            ELSE UPDATE items SET price = price * 10 WHERE CURRENT OF c;
            FETCH NEXT FROM c INTO @id;
        END
        SELECT id, price FROM items ORDER BY id;
    """)
    assert [(id, float(price)) for id, price in told.rows] == [(1, 10.0), (3, 30.0)]


def test_where_current_of_a_read_only_cursor_is_refused(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE c CURSOR LOCAL READ_ONLY FOR SELECT id FROM items;
        OPEN c; FETCH c;
        DELETE FROM items WHERE CURRENT OF c;
    """)
    assert told.errors == [(16929, "The cursor is READ ONLY.")]


def test_where_current_of_before_a_fetch_has_no_row(client: Client) -> None:
    client(_ITEMS)
    told = client("DECLARE c CURSOR LOCAL FOR SELECT id FROM items; OPEN c; DELETE items WHERE CURRENT OF c;")
    assert told.numbers == [16931]


def test_errors_of_cursor_states(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE @id int;
        OPEN missing;
        DECLARE c CURSOR FOR SELECT id, name FROM items;
        DECLARE c CURSOR FOR SELECT id FROM items;
        FETCH c;
        CLOSE c;
        OPEN c;
        OPEN c;
        FETCH c INTO @id;
        DEALLOCATE c;
        DEALLOCATE c;
    """)
    assert told.numbers == [16916, 16915, 16917, 16917, 16905, 16924, 16916]
    assert told.errors[0][1] == "A cursor with the name 'missing' does not exist."


def test_a_global_cursor_outlives_its_batch_and_a_local_one_does_not(client: Client) -> None:
    client(_ITEMS)
    client("DECLARE g CURSOR GLOBAL FOR SELECT id FROM items; DECLARE l CURSOR LOCAL FOR SELECT 1; OPEN g;")
    assert client("FETCH g;").sets == [[(1,)]]
    assert client("FETCH l;").numbers == [16916]
    assert client("SELECT CURSOR_STATUS('global', 'g'), CURSOR_STATUS('local', 'l')").rows == [(1, -3)]
    client("CLOSE g;")
    assert client.value("CURSOR_STATUS('global', 'g')") == -1


def test_a_cursor_variable_holds_a_cursor(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE @c CURSOR, @d CURSOR, @n int;
        SELECT CURSOR_STATUS('variable', '@c');
        SET @c = CURSOR FOR SELECT id FROM items;
        SET @d = @c;
        OPEN @c;
        FETCH NEXT FROM @d INTO @n;
        DEALLOCATE @c;
        FETCH NEXT FROM @d;
        FETCH NEXT FROM @c;
    """)
    assert told.sets == [[(-2,)], [(2,)]]
    assert told.errors == [(16950, "The variable '@c' does not currently have a cursor allocated to it.")]


def test_a_cursor_keeps_the_variables_it_was_declared_with(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE @low int = 3;
        DECLARE c CURSOR LOCAL FOR SELECT id FROM items WHERE id >= @low;
        SET @low = 1;
        OPEN c; FETCH c; FETCH c;
    """)
    assert told.sets == [[(3,)], []]


def test_fetched_values_are_converted_to_the_variables_types(client: Client) -> None:
    told = client("""
        DECLARE @a varchar(2), @b bigint, @c nvarchar(10);
        DECLARE c CURSOR LOCAL FOR SELECT N'abc', 7, 8.5;
        OPEN c; FETCH c INTO @a, @b, @c;
        SELECT @a, @b, @c;
    """)
    assert told.rows == [("ab", 7, "8.5")]


def test_a_procedure_runs_its_own_local_cursor_each_time(client: Client) -> None:
    client(_ITEMS)
    client("""
        CREATE PROCEDURE total @sum decimal(9, 2) OUTPUT AS
        DECLARE @price decimal(9, 2);
        SET @sum = 0;
        DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT price FROM items;
        OPEN c;
        WHILE 1 = 1
        BEGIN
            FETCH NEXT FROM c INTO @price;
            IF @@FETCH_STATUS <> 0 BREAK;
            SET @sum += @price;
        END
    """)
    told = client("DECLARE @s decimal(9, 2); EXEC total @s OUTPUT; EXEC total @s OUTPUT; SELECT @s;")
    assert float(told.rows[0][0]) == 6.0


def test_a_rollback_closes_dynamic_cursors_and_leaves_static_ones(client: Client) -> None:
    client(_ITEMS)
    told = client("""
        DECLARE d CURSOR LOCAL FOR SELECT id FROM items;
        DECLARE s CURSOR LOCAL STATIC FOR SELECT id FROM items;
        BEGIN TRANSACTION; OPEN d; OPEN s; ROLLBACK;
        SELECT CURSOR_STATUS('local', 'd'), CURSOR_STATUS('local', 's');
    """)
    assert told.rows == [(-1, 1)]
