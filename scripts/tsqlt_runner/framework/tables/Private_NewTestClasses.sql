-- Classes made by NewTestClass since RunNew last ran.
IF OBJECT_ID(N'tSQLt.Private_NewTestClasses', N'U') IS NULL
    CREATE TABLE tSQLt.Private_NewTestClasses (
        ClassName nvarchar(128) NOT NULL CONSTRAINT PK_tSQLt_Private_NewTestClasses PRIMARY KEY
    );
GO
