-- Grain: one record of bronze.shop_payments, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.payments, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_payments_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    payment_id nvarchar(50) NULL,
    order_id nvarchar(50) NULL,
    paid_at datetime2(3) NULL,
    method nvarchar(20) NULL,
    amount decimal(19, 4) NULL,
    currency nvarchar(3) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_payments_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_payments_records_key ON silver.shop_payments_records
    (payment_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_payments_records_batch_id ON silver.shop_payments_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_payments_records_judged ON silver.shop_payments_records
    (judged_batch_id);
GO
