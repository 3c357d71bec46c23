-- A value → the field of a CSV record (RFC 4180) that holds it: quoted where it must be, NULL as nothing.
-- SELECT bronze.csv_field(N'5" pipe');
CREATE OR ALTER FUNCTION bronze.csv_field (@value nvarchar(max))
RETURNS nvarchar(max)
AS
BEGIN
    RETURN IIF(
        @value LIKE CONCAT(N'%[",', NCHAR(10), NCHAR(13), N']%'),
        CONCAT(N'"', REPLACE(@value, N'"', N'""'), N'"'),
        ISNULL(@value, N'')
    );
END;
GO
