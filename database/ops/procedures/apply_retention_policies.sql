-- ops.retention_policies_of_… → ops.retention_policies: takes up what has been deployed; the policies of the logs,
-- which belong to no contract, stay. Part of ops.start_run and ops.apply_retention, so that what goes is what the
-- contracts of today let go. Re-run: reads nothing but the catalog while no view has changed.
-- EXEC ops.apply_retention_policies;
CREATE OR ALTER PROCEDURE ops.apply_retention_policies
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @insert nvarchar(max);

CREATE TABLE #views (view_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL, deployed_at datetime2(3) NOT NULL);
CREATE TABLE #known (view_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL, deployed_at datetime2(3) NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    INSERT INTO #views (view_name, deployed_at)
    SELECT
        views.name,
        views.modify_date
    FROM sys.views AS views
    WHERE views.schema_id = SCHEMA_ID(N'ops')
        AND views.name LIKE N'retention[_]policies[_]of[_]%';

    INSERT INTO #known (view_name, deployed_at)
    SELECT DISTINCT
        CONCAT(N'retention_policies_of_', policies.source_system, N'_', policies.entity) AS view_name,
        policies.deployed_at
    FROM ops.retention_policies AS policies
    WHERE policies.source_system IS NOT NULL;

    IF EXISTS (
            SELECT
                views.view_name,
                views.deployed_at
            FROM #views AS views
            EXCEPT
            SELECT
                known.view_name,
                known.deployed_at
            FROM #known AS known
        )
        OR EXISTS (
            SELECT known.view_name
            FROM #known AS known
            EXCEPT
            SELECT views.view_name
            FROM #views AS views
        )
    BEGIN
        EXEC ops.lock_target @target = N'ops.retention_policies';

        SELECT @insert = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N'INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, source_system, ',
            N'entity, keep_count, keep_unit, consumers, deployed_at) ',
            N'SELECT policies.policy_name, policies.layer, policies.method, policies.table_name, ',
            N'policies.age_column, policies.source_system, policies.entity, policies.keep_count, ',
            N'policies.keep_unit, policies.consumers, views.deployed_at FROM ops.', QUOTENAME(views.view_name),
            N' AS policies INNER JOIN #views AS views ON views.view_name = N''',
            REPLACE(views.view_name, N'''', N''''''), N''';'
        )), N' ')
        FROM #views AS views;

        DELETE FROM ops.retention_policies WHERE source_system IS NOT NULL;

        EXEC sys.sp_executesql @stmt = @insert;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
