-- What AssertStringIn looks in.
IF TYPE_ID(N'tSQLt.AssertStringTable') IS NULL
    CREATE TYPE tSQLt.AssertStringTable AS TABLE (value nvarchar(max) NULL);
GO
