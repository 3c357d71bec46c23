-- Bronze lies in partitions, one for each month in which files were loaded, so that retention empties a month at once.
-- The rows of existing tables stay: each becomes a clustered index on the partition scheme, then a columnstore again.

-- One partition for each month in which files were loaded; the first also holds what is older, the last what is newer.
-- The window slides: ops.maintain_partitions splits months off ahead, ops.apply_retention merges emptied ones away.
CREATE PARTITION FUNCTION PF_bronze_months (datetime2(3)) AS RANGE RIGHT FOR VALUES (
    '20240101', '20240201', '20240301', '20240401', '20240501', '20240601',
    '20240701', '20240801', '20240901', '20241001', '20241101', '20241201',
    '20250101', '20250201', '20250301', '20250401', '20250501', '20250601',
    '20250701', '20250801', '20250901', '20251001', '20251101', '20251201',
    '20260101', '20260201', '20260301', '20260401', '20260501', '20260601',
    '20260701', '20260801', '20260901', '20261001', '20261101', '20261201',
    '20270101', '20270201', '20270301', '20270401', '20270501', '20270601',
    '20270701', '20270801', '20270901', '20271001', '20271101', '20271201'
);
GO

-- Where the months of bronze lie: all in the default filegroup.
CREATE PARTITION SCHEME PS_bronze_months AS PARTITION PF_bronze_months ALL TO ([PRIMARY]);
GO

ALTER TABLE bronze.journey_demographics DROP CONSTRAINT PK_bronze_journey_demographics;
GO
DROP INDEX IX_bronze_journey_demographics ON bronze.journey_demographics;
GO
CREATE CLUSTERED INDEX IX_bronze_journey_demographics ON bronze.journey_demographics (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_demographics ON bronze.journey_demographics
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.journey_demographics ADD CONSTRAINT PK_bronze_journey_demographics
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.journey_products DROP CONSTRAINT PK_bronze_journey_products;
GO
DROP INDEX IX_bronze_journey_products ON bronze.journey_products;
GO
CREATE CLUSTERED INDEX IX_bronze_journey_products ON bronze.journey_products (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_products ON bronze.journey_products
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.journey_products ADD CONSTRAINT PK_bronze_journey_products
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.journey_transactions DROP CONSTRAINT PK_bronze_journey_transactions;
GO
DROP INDEX IX_bronze_journey_transactions ON bronze.journey_transactions;
GO
CREATE CLUSTERED INDEX IX_bronze_journey_transactions ON bronze.journey_transactions (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_transactions ON bronze.journey_transactions
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.journey_transactions ADD CONSTRAINT PK_bronze_journey_transactions
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_customers DROP CONSTRAINT PK_bronze_shop_customers;
GO
DROP INDEX IX_bronze_shop_customers ON bronze.shop_customers;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_customers ON bronze.shop_customers (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_customers ON bronze.shop_customers
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_customers ADD CONSTRAINT PK_bronze_shop_customers
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_fx_rates DROP CONSTRAINT PK_bronze_shop_fx_rates;
GO
DROP INDEX IX_bronze_shop_fx_rates ON bronze.shop_fx_rates;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_fx_rates ON bronze.shop_fx_rates (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_fx_rates ON bronze.shop_fx_rates
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_fx_rates ADD CONSTRAINT PK_bronze_shop_fx_rates
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_inventory DROP CONSTRAINT PK_bronze_shop_inventory;
GO
DROP INDEX IX_bronze_shop_inventory ON bronze.shop_inventory;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_inventory ON bronze.shop_inventory (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_inventory ON bronze.shop_inventory
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_inventory ADD CONSTRAINT PK_bronze_shop_inventory
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_order_items DROP CONSTRAINT PK_bronze_shop_order_items;
GO
DROP INDEX IX_bronze_shop_order_items ON bronze.shop_order_items;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_order_items ON bronze.shop_order_items (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_order_items ON bronze.shop_order_items
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_order_items ADD CONSTRAINT PK_bronze_shop_order_items
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_orders DROP CONSTRAINT PK_bronze_shop_orders;
GO
DROP INDEX IX_bronze_shop_orders ON bronze.shop_orders;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_orders ON bronze.shop_orders (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_orders ON bronze.shop_orders
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_orders ADD CONSTRAINT PK_bronze_shop_orders
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_payments DROP CONSTRAINT PK_bronze_shop_payments;
GO
DROP INDEX IX_bronze_shop_payments ON bronze.shop_payments;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_payments ON bronze.shop_payments (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_payments ON bronze.shop_payments
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_payments ADD CONSTRAINT PK_bronze_shop_payments
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_products DROP CONSTRAINT PK_bronze_shop_products;
GO
DROP INDEX IX_bronze_shop_products ON bronze.shop_products;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_products ON bronze.shop_products (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_products ON bronze.shop_products
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_products ADD CONSTRAINT PK_bronze_shop_products
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO

ALTER TABLE bronze.shop_returns DROP CONSTRAINT PK_bronze_shop_returns;
GO
DROP INDEX IX_bronze_shop_returns ON bronze.shop_returns;
GO
CREATE CLUSTERED INDEX IX_bronze_shop_returns ON bronze.shop_returns (file_id, line_number)
    ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_returns ON bronze.shop_returns
    WITH (DROP_EXISTING = ON) ON PS_bronze_months (loaded_at);
GO
ALTER TABLE bronze.shop_returns ADD CONSTRAINT PK_bronze_shop_returns
    PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at) ON PS_bronze_months (loaded_at);
GO
