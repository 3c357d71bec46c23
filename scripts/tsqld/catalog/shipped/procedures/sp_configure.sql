CREATE PROCEDURE sys.sp_configure @configname varchar(35) = NULL, @configvalue int = NULL AS
BEGIN
    DECLARE @name nvarchar(35), @number int, @value int, @least int, @most int, @found int, @advanced bit = 0;
    SELECT @advanced = CAST(c.value_in_use AS bit) FROM sys.configurations AS c WHERE c.configuration_id = 518;
    IF @configname IS NOT NULL
    BEGIN
        SELECT @found = COUNT(*) FROM sys.configurations AS c
        WHERE c.name LIKE N'%' + @configname + N'%' AND (c.is_advanced = 0 OR @advanced = 1);
        SELECT @found = 1 FROM sys.configurations AS c WHERE c.name = @configname AND (c.is_advanced = 0 OR @advanced = 1);
        IF @found = 0
        BEGIN
            RAISERROR (15123, 16, 1, @configname);
            RETURN 1;
        END;
        IF @found > 1
        BEGIN
            RAISERROR (15124, 16, 1, @configname);
            RETURN 1;
        END;
        SELECT TOP (1) @name = c.name, @number = c.configuration_id, @value = CAST(c.value AS int),
            @least = CAST(c.minimum AS int), @most = CAST(c.maximum AS int)
        FROM sys.configurations AS c
        WHERE c.name LIKE N'%' + @configname + N'%' AND (c.is_advanced = 0 OR @advanced = 1)
        ORDER BY IIF(c.name = @configname, 0, 1);
    END;
    IF @configvalue IS NULL
    BEGIN
        SELECT c.name, CAST(c.minimum AS int) AS minimum, CAST(c.maximum AS int) AS maximum,
            CAST(c.value AS int) AS config_value, CAST(c.value_in_use AS int) AS run_value
        FROM sys.configurations AS c
        WHERE (c.is_advanced = 0 OR @advanced = 1) AND (@name IS NULL OR c.name = @name)
        ORDER BY LOWER(c.name);
        RETURN 0;
    END;
    IF @configvalue <> 0 AND @configvalue NOT BETWEEN @least AND @most
    BEGIN
        RAISERROR (15129, 16, 1, @configvalue, @configname);
        RETURN 1;
    END;
    EXEC sys.sp_tsqld_configure @number, @configvalue;
    RAISERROR (15457, 0, 1, @name, @value, @configvalue);
    RETURN 0;
END
