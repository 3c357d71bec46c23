-- What SetTestResultFormatter, SetVerbose, SetSummaryError and the last Run left behind, by name.
IF OBJECT_ID(N'tSQLt.Private_Settings', N'U') IS NULL
    CREATE TABLE tSQLt.Private_Settings (
        Name nvarchar(128) NOT NULL CONSTRAINT PK_tSQLt_Private_Settings PRIMARY KEY,
        Value nvarchar(max) NULL
    );
GO
