-- The framework's own schema; test classes are schemas beside it.
IF SCHEMA_ID(N'tSQLt') IS NULL
    EXEC (N'CREATE SCHEMA tSQLt');
GO
