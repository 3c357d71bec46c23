-- The layers of the warehouse; ops may exist already, as the history of the migrations lives there.
IF SCHEMA_ID(N'ops') IS NULL
    EXEC (N'CREATE SCHEMA ops AUTHORIZATION dbo;');
GO
IF SCHEMA_ID(N'bronze') IS NULL
    EXEC (N'CREATE SCHEMA bronze AUTHORIZATION dbo;');
GO
IF SCHEMA_ID(N'silver') IS NULL
    EXEC (N'CREATE SCHEMA silver AUTHORIZATION dbo;');
GO
IF SCHEMA_ID(N'gold') IS NULL
    EXEC (N'CREATE SCHEMA gold AUTHORIZATION dbo;');
GO
