-- A value → the field that holds it in a file with @delimiter between fields: quoted as RFC 4180 has it where it must
-- be, NULL as nothing. bronze.csv_field is the same for the comma.
-- SELECT bronze.delimited_field(N'a;b', N';');
CREATE OR ALTER FUNCTION bronze.delimited_field (@value nvarchar(max), @delimiter nchar(1))
RETURNS nvarchar(max)
AS
BEGIN
    RETURN IIF(
        @value LIKE CONCAT(N'%["', @delimiter, NCHAR(10), NCHAR(13), N']%'),
        CONCAT(N'"', REPLACE(@value, N'"', N'""'), N'"'),
        ISNULL(@value, N'')
    );
END;
GO
