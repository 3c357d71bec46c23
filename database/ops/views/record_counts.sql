-- How many records of each file are where, for every contract whose columns all say how they are typed: place is
-- 'bronze', 'current' (silver's table of the same grain), or the standing in silver's records. Made from the contracts
-- by warehouse source add and warehouse contract write; ops.file_accounts reads it.
-- SELECT file_id, place, SUM(record_count) AS records FROM ops.record_counts GROUP BY file_id, place;
CREATE OR ALTER VIEW ops.record_counts
AS
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_customers AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_fx_rates AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_inventory AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_order_items AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_orders AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_payments AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_products AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'bronze' AS place,
    COUNT_BIG(*) AS record_count
FROM bronze.shop_returns AS rows_of
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.customers AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.currency_rates AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.inventory_levels AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.order_lines AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.orders AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.payments AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.products AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    rows_of.file_id,
    N'current' AS place,
    COUNT_BIG(*) AS record_count
FROM silver.returns AS rows_of
WHERE rows_of.source_system = N'shop'
GROUP BY rows_of.file_id
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_customers_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_fx_rates_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_inventory_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_order_items_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_orders_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_payments_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_products_records AS records
GROUP BY
    records.file_id,
    records.standing
UNION ALL
SELECT
    records.file_id,
    records.standing AS place,
    COUNT_BIG(*) AS record_count
FROM silver.shop_returns_records AS records
GROUP BY
    records.file_id,
    records.standing;
GO
