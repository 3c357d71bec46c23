-- One row per test of the last run. Result is Success, Failure, Error or Skipped.
IF OBJECT_ID(N'tSQLt.TestResult', N'U') IS NULL
    CREATE TABLE tSQLt.TestResult (
        Id int IDENTITY (1, 1) NOT NULL CONSTRAINT PK_tSQLt_TestResult PRIMARY KEY,
        Class nvarchar(max) NOT NULL,
        TestCase nvarchar(max) NOT NULL,
        Name AS (QUOTENAME(Class) + N'.' + QUOTENAME(TestCase)),
        TranName nvarchar(max) NULL,
        Result nvarchar(max) NULL,
        Msg nvarchar(max) NULL,
        TestStartTime datetime2 NOT NULL CONSTRAINT DF_tSQLt_TestResult_TestStartTime DEFAULT (SYSDATETIME()),
        TestEndTime datetime2 NULL
    );
GO
