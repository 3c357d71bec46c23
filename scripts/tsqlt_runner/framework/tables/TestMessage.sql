-- What Fail had to say, until the test that failed is recorded.
IF OBJECT_ID(N'tSQLt.TestMessage', N'U') IS NULL
    CREATE TABLE tSQLt.TestMessage (
        Id int IDENTITY (1, 1) NOT NULL CONSTRAINT PK_tSQLt_TestMessage PRIMARY KEY,
        Msg nvarchar(max) NULL
    );
GO
