-- One row per object that a test double stands in for: where the original went and what took its name.
IF OBJECT_ID(N'tSQLt.Private_TestDoubles', N'U') IS NULL
    CREATE TABLE tSQLt.Private_TestDoubles (
        Id int IDENTITY (1, 1) NOT NULL CONSTRAINT PK_tSQLt_Private_TestDoubles PRIMARY KEY,
        ObjectId int NOT NULL,
        OriginalName nvarchar(128) NOT NULL,
        DoubleId int NULL,
        LogTableId int NULL
    );
GO
