"""Every way to a table that is closed to a login is closed: each statement is refused and changes nothing.

One statement a line. What each is refused with is in `cases/security`; here it counts that none gets through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine

_SET_UP: Final = """
CREATE TABLE t (id int IDENTITY(1, 1) PRIMARY KEY, a int, b varchar(10));
INSERT t (a, b) VALUES (1, 'x'), (2, 'y');
CREATE INDEX ix ON t (a); CREATE STATISTICS st ON t (a);
CREATE TABLE mine (a int, b varchar(10)); GRANT SELECT, INSERT, UPDATE, DELETE ON mine TO walled;
INSERT mine VALUES (1, 'm');
CREATE TABLE closed_in (a int); CREATE SEQUENCE sq; CREATE TYPE tt AS TABLE (a int); CREATE SYNONYM syn FOR t;
GO
CREATE TRIGGER tr ON t AFTER INSERT AS PRINT 'x'
GO
CREATE VIEW v AS SELECT a, b FROM t
GO
CREATE PROCEDURE p AS SELECT a FROM t
GO
CREATE FUNCTION f() RETURNS TABLE AS RETURN SELECT a FROM t
GO
CREATE FUNCTION sf(@i int) RETURNS int AS BEGIN RETURN (SELECT MAX(a) FROM t) END
GO
CREATE FUNCTION mf() RETURNS @r TABLE (a int) AS BEGIN INSERT @r SELECT a FROM t RETURN END
"""
_STATEMENTS: Final = """
SELECT a FROM t
SELECT t.a FROM dbo.t
SELECT a FROM {database}.dbo.t
SELECT a FROM {database}..t
SELECT a FROM syn
SELECT a FROM v
SELECT a FROM f()
SELECT a FROM mf()
SELECT dbo.sf(1)
SELECT dbo.sf(a) FROM mine
SELECT * FROM mine CROSS APPLY f()
SELECT * FROM mine CROSS APPLY mf()
EXEC p
SELECT TOP (SELECT MAX(a) FROM t) a FROM mine
SELECT a FROM mine ORDER BY (SELECT MAX(a) FROM t)
SELECT a FROM mine WHERE a IN (SELECT a FROM t)
SELECT a FROM mine WHERE EXISTS (SELECT 1 FROM t WHERE t.a=mine.a)
SELECT a FROM mine UNION SELECT a FROM t
SELECT a FROM mine EXCEPT SELECT a FROM t
SELECT (SELECT MAX(a) FROM t)
SELECT CASE WHEN 1=(SELECT COUNT(*) FROM t) THEN 1 END
SELECT a FROM t FOR JSON AUTO
SELECT a FROM t FOR XML RAW
SELECT * FROM (VALUES ((SELECT MAX(a) FROM t))) x(a)
WITH c AS (SELECT a FROM t) SELECT * FROM c
WITH c AS (SELECT a FROM mine UNION ALL SELECT t.a FROM t JOIN c ON 1=0) SELECT * FROM c
SELECT * FROM t PIVOT (COUNT(id) FOR b IN ([x],[y])) p
SELECT * FROM (SELECT a, id FROM t) s UNPIVOT (v FOR n IN (a,id)) q
DECLARE @x int = (SELECT MAX(a) FROM t)
DECLARE @x int; SET @x = (SELECT MAX(a) FROM t)
DECLARE @x int; SELECT @x = a FROM t
DECLARE @s varchar(100)=''; SELECT @s = @s + b FROM t
PRINT (SELECT MAX(a) FROM t)
IF (SELECT COUNT(*) FROM t) > 0 PRINT 'x'
WHILE (SELECT COUNT(*) FROM t) > 100 PRINT 'x'
RETURN (SELECT 1 FROM t)
EXEC ('SELECT a FROM t')
EXEC sp_executesql N'SELECT a FROM t'
INSERT mine SELECT a, b FROM t
INSERT mine(a) VALUES ((SELECT MAX(a) FROM t))
INSERT mine(a) EXEC ('SELECT a FROM t')
INSERT mine(a) EXEC p
INSERT t(a) VALUES (1)
INSERT t(a) EXEC ('SELECT 1')
INSERT v(a) VALUES (1)
INSERT syn(a) VALUES (1)
INSERT t DEFAULT VALUES
UPDATE t SET a=1
UPDATE v SET a=1
UPDATE syn SET a=1
UPDATE mine SET a=(SELECT MAX(a) FROM t)
UPDATE mine SET a=t.a FROM t WHERE t.a=mine.a
UPDATE x SET a=1 FROM t x
UPDATE x SET a=1 FROM mine m JOIN t x ON x.a=m.a
UPDATE x SET a=1 FROM v x
WITH c AS (SELECT * FROM t) UPDATE c SET a=1
WITH c AS (SELECT * FROM v) UPDATE c SET a=1
UPDATE c SET a=1 FROM (SELECT a FROM t) c
DELETE t
DELETE FROM v
DELETE x FROM t x
DELETE x FROM mine m JOIN t x ON x.a=m.a
DELETE mine WHERE a IN (SELECT a FROM t)
DELETE TOP (1) FROM t
MERGE t USING mine ON t.a=mine.a WHEN MATCHED THEN DELETE;
MERGE mine USING t ON t.a=mine.a WHEN MATCHED THEN DELETE;
MERGE mine USING (SELECT * FROM t) s ON s.a=mine.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a);
DELETE mine OUTPUT deleted.a INTO closed_in WHERE 1=0
INSERT mine OUTPUT inserted.a INTO closed_in(a) VALUES (1,'z')
INSERT closed_in SELECT a FROM (DELETE mine OUTPUT deleted.a WHERE 1=0) q
SELECT a INTO #x FROM t
SELECT a INTO stolen FROM mine
TRUNCATE TABLE t
ALTER TABLE t ADD z int
ALTER TABLE t DROP COLUMN b
ALTER TABLE t NOCHECK CONSTRAINT ALL
ALTER TABLE t REBUILD
DROP INDEX ix ON t
DROP STATISTICS t.st
UPDATE STATISTICS t
CREATE INDEX i2 ON t(b)
ALTER INDEX ALL ON t REBUILD
ALTER INDEX ix ON t DISABLE
DISABLE TRIGGER tr ON t
ENABLE TRIGGER ALL ON t
DROP TRIGGER tr
DROP TABLE t
DROP TABLE IF EXISTS t
DROP VIEW v
DROP PROCEDURE p
DROP FUNCTION f
DROP SEQUENCE sq
DROP SYNONYM syn
DROP TYPE tt
ALTER SEQUENCE sq RESTART WITH 1
SELECT NEXT VALUE FOR sq
CREATE TABLE ch(a int REFERENCES t(id))
CREATE VIEW v2 AS SELECT a FROM t
CREATE SCHEMA s
ALTER SCHEMA guest TRANSFER dbo.t
ALTER AUTHORIZATION ON SCHEMA::dbo TO u
ALTER AUTHORIZATION ON t TO u
SET IDENTITY_INSERT t ON
DBCC CHECKIDENT('t', RESEED, 5)
DBCC FREEPROCCACHE
DECLARE c CURSOR FOR SELECT a FROM t
DECLARE c CURSOR FOR SELECT a FROM v; OPEN c
DECLARE c CURSOR FOR SELECT a FROM mine FOR UPDATE; OPEN c; UPDATE t SET a=1 WHERE CURRENT OF c
EXEC sp_rename 't','q'
EXEC sp_addextendedproperty 'n','v','SCHEMA','dbo','TABLE','t'
EXEC sp_helptext 'v'
EXEC sp_addmessage 50001, 16, 'x'
EXEC sp_changedbowner 'u'
EXEC sp_addrolemember 'db_owner','u'
ALTER ROLE db_owner ADD MEMBER u
ALTER SERVER ROLE sysadmin ADD MEMBER u
GRANT SELECT ON t TO public
GRANT CONTROL TO u
DENY SELECT ON mine TO u
REVOKE SELECT ON mine FROM u
CREATE LOGIN q WITH PASSWORD='Str0ng!pass'
ALTER LOGIN sa WITH PASSWORD='Str0ng!pass'
ALTER LOGIN u WITH PASSWORD='Str0ng!pass2'
CREATE USER q WITHOUT LOGIN
ALTER USER dbo WITH NAME=x
EXECUTE AS USER='dbo'
EXECUTE AS LOGIN='sa'
EXEC ('SELECT a FROM t') AS USER='dbo'
EXEC ('SELECT a FROM t') AS LOGIN='sa'
SELECT * FROM sys.dm_tran_locks
EXEC sp_configure 'show advanced options', 1
RECONFIGURE
CHECKPOINT
KILL 51
CREATE EVENT SESSION q ON SERVER ADD EVENT sqlserver.sql_statement_completed
CREATE DATABASE q2
CREATE PARTITION FUNCTION pf(int) AS RANGE LEFT FOR VALUES (1)
CREATE TYPE q FROM int
DECLARE @v tt; INSERT @v SELECT a FROM t
CREATE TRIGGER t2 ON t AFTER INSERT AS PRINT 'x'
CREATE OR ALTER VIEW v AS SELECT 1 AS a
ALTER VIEW v AS SELECT 1 AS a
ALTER PROCEDURE p AS SELECT 1
ALTER FUNCTION sf(@i int) RETURNS int AS BEGIN RETURN 1 END
ALTER TRIGGER tr ON t AFTER INSERT AS PRINT 'y'
SELECT a FROM t WITH (NOLOCK)
SELECT a FROM t TABLESAMPLE (10 PERCENT)
SELECT COUNT(*) FROM t
SELECT 1 FROM t
SELECT STRING_AGG(b,',') FROM t
SELECT $IDENTITY FROM t
SELECT m.a FROM mine m LEFT JOIN t ON 1=0
SELECT * FROM mine m OUTER APPLY (SELECT TOP 1 a AS z FROM t WHERE t.a=m.a) q
BULK INSERT t FROM '/no/such/file'
BULK INSERT mine FROM '/no/such/file'
SELECT * FROM OPENROWSET(BULK '/no/such/file', SINGLE_CLOB) x
DROP DATABASE {database}
ALTER DATABASE {database} SET RECOVERY SIMPLE
SELECT * FROM model.sys.tables
"""
_PASSWORD: Final = "Str0ng!pass"


@pytest.fixture(scope="module")
def walled(engine: Engine) -> Iterator[tuple[Client, Client, str]]:
    """A login with a user that may use one table, the administrator, and their database."""
    engine.create_database("walled_in", 0)
    boss = Client(engine.login("sa", "x", "walled_in"))
    boss(f"CREATE LOGIN walled WITH PASSWORD = '{_PASSWORD}'; CREATE USER walled FOR LOGIN walled;")
    for batch in _SET_UP.split("\nGO\n"):
        assert boss(batch).errors == []
    session = engine.login("walled", _PASSWORD, "walled_in")
    yield Client(session), boss, "walled_in"
    session.close()
    boss("DROP LOGIN walled")
    boss.session.close()


@pytest.mark.parametrize("statement", _STATEMENTS.strip().splitlines())
def test_a_closed_table_stays_closed(walled: tuple[Client, Client, str], statement: str) -> None:
    client, boss, database = walled
    told = client(statement.replace("{database}", database))
    client("IF @@TRANCOUNT > 0 ROLLBACK")
    assert told.errors, told.sets
    seen = [row for rows in told.sets for row in rows if row != (1,) and row != (1, "m")]
    assert not seen
    assert boss("SELECT a, b FROM t ORDER BY id").rows == [(1, "x"), (2, "y")]
    assert boss("SELECT a, b FROM mine").rows == [(1, "m")]
