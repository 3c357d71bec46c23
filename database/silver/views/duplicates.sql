-- Records that lost against a better one of the same key: kind 'duplicate_exact' when all values are the same,
-- 'duplicate_by_key' when only the key and updated_at, or the file, are. What they say stands in
-- silver.<source>_<entity>_records. Made from the contracts by warehouse source add and warehouse contract write.
-- SELECT entity, kind, COUNT(*) AS records FROM silver.duplicates GROUP BY entity, kind;
CREATE OR ALTER VIEW silver.duplicates
AS
SELECT
    N'shop' AS source_system,
    N'customers' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_customers_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'fx_rates' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_fx_rates_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'inventory' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_inventory_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'order_items' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_order_items_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'orders' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_orders_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'payments' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_payments_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'products' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_products_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key')
UNION ALL
SELECT
    N'shop' AS source_system,
    N'returns' AS entity,
    records.file_id,
    records.line_number,
    records.standing AS kind,
    records.updated_at AS source_updated_at
FROM silver.shop_returns_records AS records
WHERE records.standing IN (N'duplicate_exact', N'duplicate_by_key');
GO
