-- bronze.csv_field: a value as the field of a CSV record that holds it.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_csv_field';
GO
CREATE PROCEDURE test_bronze_csv_field.[test plain text stays as it is]
AS
DECLARE @field nvarchar(max) = bronze.csv_field(N'1 LB; ''x''');
EXEC tSQLt.AssertEqualsString @Expected = N'1 LB; ''x''', @Actual = @field;
GO
CREATE PROCEDURE test_bronze_csv_field.[test NULL and the empty text are nothing]
AS
DECLARE @fields nvarchar(max) = CONCAT(N'[', bronze.csv_field(NULL), N'][', bronze.csv_field(N''), N']');
EXEC tSQLt.AssertEqualsString @Expected = N'[][]', @Actual = @fields;
GO
CREATE PROCEDURE test_bronze_csv_field.[test quotes are doubled inside quotes]
AS
DECLARE @field nvarchar(max) = bronze.csv_field(N'5" pipe');
EXEC tSQLt.AssertEqualsString @Expected = N'"5"" pipe"', @Actual = @field;
GO
CREATE PROCEDURE test_bronze_csv_field.[test commas and line ends are quoted]
AS
DECLARE @fields nvarchar(max) = CONCAT(
    bronze.csv_field(N'a,b'), bronze.csv_field(CONCAT(N'a', NCHAR(10))), bronze.csv_field(CONCAT(NCHAR(13), N'a'))
);
DECLARE @expected nvarchar(max) = CONCAT(N'"a,b""a', NCHAR(10), N'""', NCHAR(13), N'a"');
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @fields;
GO
