-- Grain: one payment of an order; original_amount in the order's currency, paid_amount in USD at the rate of its day.
CREATE TABLE silver.payments (
    source_system nvarchar(20) NOT NULL,
    payment_id nvarchar(50) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    paid_at datetime2(3) NOT NULL,
    payment_method nvarchar(20) NOT NULL,
    currency nvarchar(3) NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    paid_amount decimal(19, 4) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_payments PRIMARY KEY CLUSTERED (source_system, payment_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_payments_batch_id ON silver.payments (batch_id);
GO
