-- Grain: one record of bronze.shop_inventory, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.inventory_levels, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_inventory_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    product_id nvarchar(50) NULL,
    warehouse nvarchar(50) NULL,
    stock_date date NULL,
    on_hand int NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_inventory_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_inventory_records_key ON silver.shop_inventory_records
    (product_id, warehouse, stock_date);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_inventory_records_batch_id ON silver.shop_inventory_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_inventory_records_judged ON silver.shop_inventory_records
    (judged_batch_id);
GO
