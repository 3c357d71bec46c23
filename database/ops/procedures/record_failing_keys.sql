-- #rules of the caller → #rules.failing_keys: the rows that break a rule, by its key or the table's, as JSON. Part of
-- ops.check_rules. At most 100,000 of each rule. Re-run: the same answer.
-- EXEC ops.record_failing_keys @table_name = N'silver.orders';
CREATE OR ALTER PROCEDURE ops.record_failing_keys
    @table_name nvarchar(300)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @most_keys int = 100000;
DECLARE @statement nvarchar(max);
DECLARE @rule_number int;
DECLARE @keys nvarchar(max);

-- The failing rows by key; those that are quarantined stand in ops.quarantine.
SET @rule_number = 0;

IF EXISTS (SELECT 1 FROM #rules AS rules WHERE rules.failed > 0 AND rules.key_columns IS NULL)
    -- Without a primary key, and none named by the rule, failing rows are counted and not listed.
    UPDATE #rules
    SET key_columns = (
        SELECT N'["'
            + STRING_AGG(CONVERT(nvarchar(max), columns.name), N'", "') WITHIN GROUP (ORDER BY parts.key_ordinal)
            + N'"]'
        FROM sys.indexes AS indexes
        INNER JOIN sys.index_columns AS parts
            ON parts.object_id = indexes.object_id
                AND parts.index_id = indexes.index_id
        INNER JOIN sys.columns AS columns
            ON columns.object_id = parts.object_id
                AND columns.column_id = parts.column_id
        WHERE indexes.object_id = OBJECT_ID(@table_name)
            AND indexes.is_primary_key = 1
            AND parts.key_ordinal > 0
    )
    WHERE key_columns IS NULL;

WHILE 1 = 1
BEGIN
    SELECT @rule_number = MIN(rules.rule_number)
    FROM #rules AS rules
    WHERE rules.status IN (N'warned', N'failed', N'accepted')
        AND rules.failed > 0
        AND rules.key_columns IS NOT NULL
        AND rules.violation IS NOT NULL
        AND rules.rule_number > @rule_number;

    IF @rule_number IS NULL
        BREAK;

    SELECT @statement = CONCAT(
        N'SET @keys = (SELECT TOP (@most_keys) ', names.listed,
        N' FROM (SELECT ', names.listed, N', CASE WHEN ', N'(' + rules.narrowed + N') AND ', N'(', rules.violation,
        N') THEN 1 ELSE 0 END AS is_failing FROM ', rules.source_name,
        N') AS checked WHERE checked.is_failing = 1 ORDER BY ', names.listed,
        N' FOR JSON PATH, INCLUDE_NULL_VALUES);'
    )
    FROM #rules AS rules
    CROSS APPLY (
        SELECT STRING_AGG(CONVERT(nvarchar(max), CONCAT(N'checked.', QUOTENAME(parts.value))), N', ')
            WITHIN GROUP (ORDER BY CONVERT(int, parts.[key])) AS listed
        FROM OPENJSON(rules.key_columns) AS parts
    ) AS names
    WHERE rules.rule_number = @rule_number;

    EXEC sys.sp_executesql
        @stmt = @statement,
        @params = N'@most_keys int, @keys nvarchar(max) OUTPUT',
        @most_keys = @most_keys,
        @keys = @keys OUTPUT;

    UPDATE #rules
    SET failing_keys = @keys
    WHERE rule_number = @rule_number;
END;
GO
