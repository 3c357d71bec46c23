-- bronze.delimited_field: a value as the field of a record with any delimiter.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_delimited_field';
GO
CREATE PROCEDURE test_bronze_delimited_field.[test only the file's own delimiter is quoted]
AS
DECLARE @fields nvarchar(max) = CONCAT(
    bronze.delimited_field(N'a;b', N';'), N' ', bronze.delimited_field(N'a,b', N';'), N' ',
    bronze.delimited_field(N'a|b', N'|'), N' ', bronze.delimited_field(CONCAT(N'a', NCHAR(9)), NCHAR(9))
);
DECLARE @expected nvarchar(max) = CONCAT(N'"a;b" a,b "a|b" "a', NCHAR(9), N'"');
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @fields;
GO
CREATE PROCEDURE test_bronze_delimited_field.[test quotes and line ends are quoted, and NULL is nothing]
AS
DECLARE @fields nvarchar(max) = CONCAT(
    bronze.delimited_field(N'5" x', N';'), bronze.delimited_field(CONCAT(NCHAR(10), N'b'), N';'), N'[',
    bronze.delimited_field(NULL, N';'), N']'
);
DECLARE @expected nvarchar(max) = CONCAT(N'"5"" x""', NCHAR(10), N'b"[]');
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @fields;
GO
