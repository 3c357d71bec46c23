-- Grain: one record of bronze.shop_orders, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.orders, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_orders_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    order_id nvarchar(50) NULL,
    customer_id nvarchar(50) NULL,
    ordered_at datetime2(3) NULL,
    status nvarchar(20) NULL,
    currency nvarchar(3) NULL,
    channel nvarchar(20) NULL,
    ship_country nvarchar(2) NULL,
    shipped_at datetime2(3) NULL,
    delivered_at datetime2(3) NULL,
    line_count int NULL,
    order_total decimal(19, 4) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_orders_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_orders_records_key ON silver.shop_orders_records
    (order_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_orders_records_batch_id ON silver.shop_orders_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_orders_records_judged ON silver.shop_orders_records
    (judged_batch_id);
GO
