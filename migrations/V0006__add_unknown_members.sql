-- The member -1 of each dimension: what a fact points to when it cannot name the real one.
INSERT INTO gold.dim_dates (
    date_key,
    calendar_date,
    calendar_year,
    calendar_quarter,
    calendar_month,
    month_name,
    year_month,
    day_of_month,
    day_of_week,
    day_name,
    iso_week,
    is_weekend
)
VALUES (-1, '19000101', 1900, 1, 1, N'Unknown', N'Unknown', 1, 1, N'Unknown', 1, 0);
GO

SET IDENTITY_INSERT gold.dim_customers ON;

INSERT INTO gold.dim_customers (
    customer_key,
    source_system,
    customer_id,
    age_band,
    income_band,
    home_ownership,
    marital_status,
    household_size,
    household_composition,
    child_count,
    is_inferred,
    valid_from,
    valid_to,
    is_current,
    row_hash,
    batch_id,
    updated_at
)
VALUES (
    -1,
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    0,
    '19000101',
    '99991231',
    1,
    HASHBYTES('SHA2_256', N''),
    0,
    SYSUTCDATETIME()
);

SET IDENTITY_INSERT gold.dim_customers OFF;
GO

SET IDENTITY_INSERT gold.dim_products ON;

INSERT INTO gold.dim_products (
    product_key,
    source_system,
    product_id,
    manufacturer_id,
    department,
    brand,
    product_category,
    product_type,
    package_size,
    is_inferred,
    row_hash,
    batch_id,
    updated_at
)
VALUES (
    -1,
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    N'Unknown',
    0,
    HASHBYTES('SHA2_256', N''),
    0,
    SYSUTCDATETIME()
);

SET IDENTITY_INSERT gold.dim_products OFF;
GO

SET IDENTITY_INSERT gold.dim_stores ON;

INSERT INTO gold.dim_stores (store_key, source_system, store_id, store_name, batch_id, updated_at)
VALUES (-1, N'Unknown', N'Unknown', N'Unknown', 0, SYSUTCDATETIME());

SET IDENTITY_INSERT gold.dim_stores OFF;
GO
