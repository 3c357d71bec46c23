-- A value as messages show it, without loss: dates in ISO 8601, floats with all digits, binary as 0x….
CREATE OR ALTER FUNCTION tSQLt.Private_VariantText (@Value sql_variant)
RETURNS nvarchar(max)
AS
BEGIN
    DECLARE @Type nvarchar(128) = CAST(SQL_VARIANT_PROPERTY(@Value, 'BaseType') AS nvarchar(128));

    RETURN CASE
        WHEN @Type = N'float' THEN CONVERT(nvarchar(max), CAST(@Value AS float), 2)
        WHEN @Type = N'real' THEN CONVERT(nvarchar(max), CAST(@Value AS real), 1)
        WHEN @Type IN (N'money', N'smallmoney') THEN CONVERT(nvarchar(max), CAST(@Value AS money), 2)
        WHEN @Type = N'date' THEN CONVERT(nvarchar(max), CAST(@Value AS date), 126)
        WHEN @Type = N'time' THEN CONVERT(nvarchar(max), CAST(@Value AS time), 126)
        WHEN @Type IN (N'datetime', N'smalldatetime') THEN CONVERT(nvarchar(max), CAST(@Value AS datetime), 126)
        WHEN @Type = N'datetime2' THEN CONVERT(nvarchar(max), CAST(@Value AS datetime2), 126)
        WHEN @Type = N'datetimeoffset' THEN CONVERT(nvarchar(max), CAST(@Value AS datetimeoffset), 126)
        WHEN @Type IN (N'binary', N'varbinary') THEN CONVERT(nvarchar(max), CAST(@Value AS varbinary(8000)), 1)
        ELSE CAST(@Value AS nvarchar(max))
    END;
END;
GO
