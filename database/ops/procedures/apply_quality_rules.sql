-- ops.quality_rules_of_… → ops.quality_rules: takes up what has been deployed. Part of ops.start_run, so that every
-- run keeps the rules of today. Re-run: reads nothing but the catalog while no view has changed.
-- EXEC ops.apply_quality_rules;
CREATE OR ALTER PROCEDURE ops.apply_quality_rules
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @insert nvarchar(max);

CREATE TABLE #views (view_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL, deployed_at datetime2(3) NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    INSERT INTO #views (view_name, deployed_at)
    SELECT
        views.name,
        views.modify_date
    FROM sys.views AS views
    WHERE views.schema_id = SCHEMA_ID(N'ops')
        AND views.name LIKE N'quality[_]rules[_]of[_]%';

    IF EXISTS (
            SELECT
                views.view_name,
                views.deployed_at
            FROM #views AS views
            EXCEPT
            SELECT
                rules.view_name,
                rules.deployed_at
            FROM ops.quality_rules AS rules
        )
        OR EXISTS (
            SELECT 1
            FROM ops.quality_rules AS rules
            WHERE NOT EXISTS (SELECT 1 FROM #views AS views WHERE views.view_name = rules.view_name)
        )
    BEGIN
        EXEC ops.lock_target @target = N'ops.quality_rules';

        SELECT @insert = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N'INSERT INTO ops.quality_rules (rule_name, source_system, entity, severity, kind, table_name, reads, ',
            N'scope_column, row_filter, violation, measure, key_columns, operator, threshold_low, threshold_high, ',
            N'unit, description, view_name, deployed_at) ',
            N'SELECT rules.rule_name, rules.source_system, rules.entity, rules.severity, rules.kind, ',
            N'rules.table_name, rules.reads, rules.scope_column, rules.row_filter, rules.violation, rules.measure, ',
            N'rules.key_columns, rules.operator, rules.threshold_low, rules.threshold_high, rules.unit, ',
            N'rules.description, views.view_name, views.deployed_at FROM ops.', QUOTENAME(views.view_name),
            N' AS rules INNER JOIN #views AS views ON views.view_name = N''', REPLACE(views.view_name, N'''', N''''''),
            N''';'
        )), N' ')
        FROM #views AS views;

        DELETE FROM ops.quality_rules;

        EXEC sys.sp_executesql @stmt = @insert;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
