-- How long dags/contracts/shop/customers.yml keeps what, a row per policy; written by warehouse contract write.
-- ops.apply_retention_policies takes the rows into ops.retention_policies when they have changed.
-- SELECT policies.policy_name, policies.keep_count FROM ops.retention_policies_of_shop_customers AS policies;
CREATE OR ALTER VIEW ops.retention_policies_of_shop_customers
AS
SELECT
    N'shop' AS source_system,
    N'customers' AS entity,
    CONVERT(nvarchar(300), policies.policy_name) AS policy_name,
    CONVERT(nvarchar(20), policies.layer) AS layer,
    CONVERT(nvarchar(20), policies.method) AS method,
    CONVERT(nvarchar(300), policies.table_name) AS table_name,
    CONVERT(nvarchar(128), policies.age_column) AS age_column,
    CONVERT(int, policies.keep_count) AS keep_count,
    CONVERT(nvarchar(10), policies.keep_unit) AS keep_unit,
    CONVERT(nvarchar(max), policies.consumers) AS consumers
FROM (
    VALUES
    (
        N'bronze.shop_customers',
        N'bronze',
        N'partition',
        N'bronze.shop_customers',
        N'loaded_at',
        24,
        N'month',
        N'["silver.shop_customers_records"]'
    ),
    (
        N'quarantine.shop_customers',
        N'quarantine',
        N'text',
        N'ops.quarantine',
        N'quarantined_at',
        7,
        N'year',
        NULL
    ),
    (
        N'landing.shop_customers',
        N'landing',
        N'file',
        N'ops.files',
        N'registered_at',
        30,
        N'day',
        NULL
    ),
    (
        N'archive.shop_customers',
        N'archive',
        N'file',
        N'ops.files',
        N'archived_at',
        7,
        N'year',
        NULL
    ),
    (
        N'records.shop_customers',
        N'records',
        N'standing',
        N'silver.shop_customers_records',
        N'loaded_at',
        7,
        N'year',
        NULL
    )
) AS policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit, consumers)
WHERE policies.policy_name IS NOT NULL;
GO
