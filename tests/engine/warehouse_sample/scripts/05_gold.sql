/* Dates by recursion, teas as versions, shops and sales as views. */
CREATE OR ALTER PROCEDURE gold.load_dim_dates @from date, @to date AS
BEGIN
    SET NOCOUNT ON;
    SET DATEFIRST 7;
    TRUNCATE TABLE gold.dim_dates;
    ;WITH calendar AS
    (
        SELECT @from AS d
        UNION ALL
        SELECT DATEADD(DAY, 1, d) FROM calendar WHERE d < @to
    )
    INSERT INTO gold.dim_dates
    SELECT
        CAST(CONVERT(CHAR(8), d, 112) AS int), d, YEAR(d), 'Q' + DATENAME(QUARTER, d), DATENAME(MONTH, d), DATENAME(WEEKDAY, d),
        DATEPART(ISO_WEEK, d), IIF(DATEPART(WEEKDAY, d) IN (1, 7), 1, 0), EOMONTH(d)
    FROM calendar
    OPTION (MAXRECURSION 0);
END;
GO

/* A version that changed is closed where its successor begins. */
CREATE OR ALTER PROCEDURE gold.load_dim_teas
    @as_of datetime2(7)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @end_of_time datetime2(7) = '9999-12-31 23:59:59.9999999';

    INSERT INTO gold.dim_teas (tea_code, tea_name, category, unit_cost, valid_from, valid_to, is_current)
    SELECT tea_code, tea_name, category, unit_cost, @as_of, @end_of_time, 1
    FROM
    (
        MERGE gold.dim_teas WITH (HOLDLOCK) AS target
        USING
        (
            SELECT t.tea_code, t.tea_name, c.category, t.unit_cost
            FROM silver.teas AS t
            LEFT JOIN silver.categories AS c ON c.category_id = t.category_id
            WHERE t.valid_to IS NULL
        ) AS source
        ON source.tea_code = target.tea_code AND target.is_current = 1
        WHEN NOT MATCHED BY TARGET THEN
            INSERT (tea_code, tea_name, category, unit_cost, valid_from)
            VALUES (source.tea_code, source.tea_name, source.category, source.unit_cost, @as_of)
        WHEN MATCHED AND EXISTS
            (SELECT source.tea_name, source.category, source.unit_cost EXCEPT SELECT target.tea_name, target.category, target.unit_cost)
            THEN UPDATE SET is_current = 0, valid_to = @as_of
        WHEN NOT MATCHED BY SOURCE AND target.is_current = 1
            THEN UPDATE SET is_current = 0, valid_to = @as_of
        OUTPUT $action AS change, source.tea_code, source.tea_name, source.category, source.unit_cost
    ) AS changes
    WHERE change = 'UPDATE' AND tea_code IS NOT NULL;
END;
GO

IF OBJECT_ID('gold.dim_shops', 'V') IS NOT NULL
    DROP VIEW gold.dim_shops;
GO
CREATE VIEW gold.dim_shops AS
SELECT
    ROW_NUMBER() OVER (ORDER BY shop_id) AS shop_key, -- a surrogate key
    shop_id,
    shop_code,
    shop_name,
    kind,
    country,
    opened_on
FROM silver.shops;
GO

CREATE VIEW gold.fact_sales AS
SELECT
    o.order_no,
    t.tea_key,
    s.shop_key,
    CONVERT(int, CONVERT(char(8), o.ordered_on, 112)) AS date_key,
    o.ordered_on,
    o.amount,
    o.quantity,
    o.unit_price,
    CAST(o.amount AS decimal(18, 2)) - o.quantity * t.unit_cost AS margin
FROM silver.order_lines o
LEFT JOIN gold.dim_teas t ON o.tea_code = t.tea_code AND t.is_current = 1
LEFT JOIN gold.dim_shops s ON o.shop_id = s.shop_id;
GO
