-- @policies, JSON made of the contracts → ops.retention_policies: adds, changes, takes away what belongs to contracts;
-- the policies of the logs stay. Re-run: nothing changes.
-- EXEC ops.deploy_retention @policies = N'[{"policy_name": "bronze.shop_orders", "layer": "bronze", …}]';
CREATE OR ALTER PROCEDURE ops.deploy_retention
    @policies nvarchar(max)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);

CREATE TABLE #wanted (
    policy_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    layer nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    method nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    table_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    age_column nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    entity nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    keep_count int NOT NULL,
    keep_unit nvarchar(10) COLLATE DATABASE_DEFAULT NOT NULL,
    consumers nvarchar(max) COLLATE DATABASE_DEFAULT NULL
);

INSERT INTO #wanted (
    policy_name,
    layer,
    method,
    table_name,
    age_column,
    source_system,
    entity,
    keep_count,
    keep_unit,
    consumers
)
SELECT
    wanted.policy_name,
    wanted.layer,
    wanted.method,
    wanted.table_name,
    wanted.age_column,
    wanted.source_system,
    wanted.entity,
    wanted.keep_count,
    wanted.keep_unit,
    wanted.consumers
FROM OPENJSON(@policies) WITH (
    policy_name nvarchar(300) '$.policy_name',
    layer nvarchar(20) '$.layer',
    method nvarchar(20) '$.method',
    table_name nvarchar(300) '$.table_name',
    age_column nvarchar(128) '$.age_column',
    source_system nvarchar(20) '$.source_system',
    entity nvarchar(100) '$.entity',
    keep_count int '$.keep_count',
    keep_unit nvarchar(10) '$.keep_unit',
    consumers nvarchar(max) '$.consumers' AS JSON
) AS wanted;

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.retention_policies';

    DELETE policies
    FROM ops.retention_policies AS policies
    WHERE policies.source_system IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM #wanted AS wanted WHERE wanted.policy_name = policies.policy_name);

    UPDATE policies
    SET
        layer = wanted.layer,
        method = wanted.method,
        table_name = wanted.table_name,
        age_column = wanted.age_column,
        source_system = wanted.source_system,
        entity = wanted.entity,
        keep_count = wanted.keep_count,
        keep_unit = wanted.keep_unit,
        consumers = wanted.consumers,
        deployed_at = SYSUTCDATETIME()
    FROM ops.retention_policies AS policies
    INNER JOIN #wanted AS wanted ON wanted.policy_name = policies.policy_name
    WHERE policies.keep_count <> wanted.keep_count
        OR policies.keep_unit <> wanted.keep_unit
        OR policies.method <> wanted.method
        OR policies.table_name <> wanted.table_name
        OR policies.age_column <> wanted.age_column
        OR ISNULL(policies.consumers, N'') <> ISNULL(wanted.consumers, N'');

    INSERT INTO ops.retention_policies (
        policy_name,
        layer,
        method,
        table_name,
        age_column,
        source_system,
        entity,
        keep_count,
        keep_unit,
        consumers
    )
    SELECT
        wanted.policy_name,
        wanted.layer,
        wanted.method,
        wanted.table_name,
        wanted.age_column,
        wanted.source_system,
        wanted.entity,
        wanted.keep_count,
        wanted.keep_unit,
        wanted.consumers
    FROM #wanted AS wanted
    WHERE NOT EXISTS (
        SELECT 1
        FROM ops.retention_policies AS policies
        WHERE policies.policy_name = wanted.policy_name
    );

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
