/* Each check counts what should not be; the procedure runs the checks its table names. */
CREATE TABLE etl.checks (check_name varchar(60) NOT NULL PRIMARY KEY, query nvarchar(1000) NOT NULL);
INSERT INTO etl.checks VALUES
    ('shops are unique', N'SELECT @n = COUNT(*) FROM (SELECT shop_id FROM bronze.crm_shops GROUP BY shop_id HAVING COUNT(*) > 1 OR shop_id IS NULL) d'),
    ('shop names are trimmed', N'SELECT @n = COUNT(*) FROM bronze.crm_shops WHERE DATALENGTH(shop_name) != DATALENGTH(TRIM(shop_name))'),
    ('order dates are dates', N'SELECT @n = COUNT(*) FROM bronze.erp_order_lines WHERE ordered_on <= 0 OR LEN(ordered_on) != 8'),
    ('amounts are quantity times price', N'SELECT @n = COUNT(*) FROM silver.order_lines WHERE amount != quantity * unit_price OR amount IS NULL OR amount <= 0'),
    ('facts know their shop and tea', N'SELECT @n = COUNT(*) FROM gold.fact_sales WHERE shop_key IS NULL OR tea_key IS NULL');
GO

CREATE PROCEDURE etl.run_checks AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @name varchar(60), @query nvarchar(1000), @n int;
    DECLARE @found TABLE (check_name varchar(60) PRIMARY KEY, violations int NOT NULL);
    DECLARE checks CURSOR FOR SELECT check_name, query FROM etl.checks;
    OPEN checks;
    FETCH checks INTO @name, @query;
    WHILE @@FETCH_STATUS <> -1
    BEGIN
        EXEC sp_executesql @query, N'@n int OUT', @n OUT;
        INSERT @found VALUES (@name, @n);
        IF @n > 0 RAISERROR ('%s: %d rows', 0, 1, @name, @n) WITH NOWAIT;
        FETCH NEXT FROM checks INTO @name, @query;
    END;
    CLOSE checks;
    DEALLOCATE checks;
    SELECT check_name, violations FROM @found ORDER BY check_name;
END;
GO
