"""Global temporary tables, row versions and partitions that are emptied."""

from __future__ import annotations

from tests.engine.session import Client

from tsqld.runtime.engine import Engine


def test_a_global_temporary_table_is_everybodys_until_its_session_ends(
    engine: Engine, database: str, client: Client
) -> None:
    other = engine.login("sa", "x", database)
    Client(other)("CREATE TABLE ##shared (id int IDENTITY PRIMARY KEY, name nvarchar(10))")
    client("INSERT INTO ##shared (name) VALUES (N'a')")
    assert Client(other)("SELECT id, name FROM ##shared").rows == [(1, "a")]
    assert client("CREATE TABLE ##shared (id int)").numbers == [2714]
    other.close()
    assert client("SELECT * FROM ##shared").numbers == [208]


def test_select_into_makes_a_global_temporary_table(client: Client) -> None:
    client("SELECT 1 AS a INTO ##made")
    assert client("SELECT a FROM ##made; DROP TABLE ##made;").sets == [[(1,)]]
    assert client("SELECT OBJECT_ID('tempdb..##made')").rows == [(None,)]


def test_a_row_version_grows_with_every_change(client: Client) -> None:
    client("CREATE TABLE versioned (id int PRIMARY KEY, name nvarchar(10), version rowversion)")
    client("INSERT INTO versioned (id, name) VALUES (1, N'a'), (2, N'b')")
    first = [row[0] for row in client("SELECT version FROM versioned ORDER BY id").rows]
    assert first == [(2001).to_bytes(8, "big"), (2002).to_bytes(8, "big")]
    client("UPDATE versioned SET name = N'c' WHERE id = 1")
    told = client("SELECT version, @@DBTS FROM versioned WHERE id = 1")
    assert told.rows == [((2003).to_bytes(8, "big"), (2003).to_bytes(8, "big"))]
    client("""
        MERGE versioned AS t USING (VALUES (2), (3)) AS s (id) ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET name = N'm' WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
    """)
    versions = [row[0] for row in client("SELECT version FROM versioned ORDER BY version").rows]
    assert len(set(versions)) == 3
    assert versions[1] > (2003).to_bytes(8, "big")


def test_a_row_version_is_not_given_by_hand(client: Client) -> None:
    client("CREATE TABLE versioned (id int, version timestamp)")
    assert client("INSERT INTO versioned (id, version) VALUES (1, 0x01)").numbers == [273]
    assert client("UPDATE versioned SET version = 0x01").numbers == [272]
    assert client("INSERT INTO versioned VALUES (1, DEFAULT); SELECT COUNT(*) FROM versioned").rows == [(1,)]


def test_truncate_empties_the_partitions_named(client: Client) -> None:
    client("CREATE PARTITION FUNCTION pf (int) AS RANGE RIGHT FOR VALUES (10, 20, 30)")
    client("CREATE PARTITION SCHEME ps AS PARTITION pf ALL TO ([PRIMARY])")
    client("CREATE TABLE parts (id int NOT NULL) ON ps (id)")
    client("INSERT INTO parts VALUES (1), (10), (20), (30), (31)")
    client("TRUNCATE TABLE parts WITH (PARTITIONS (1, 3 TO 4))")
    assert client("SELECT id FROM parts").rows == [(10,)]
    assert client("TRUNCATE TABLE parts WITH (PARTITIONS (5))").numbers == [7722]
