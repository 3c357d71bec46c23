-- Grain: one return of (a part of) an order line; original_amount in the order's currency, refund_amount in USD.
CREATE TABLE silver.returns (
    source_system nvarchar(20) NOT NULL,
    return_id nvarchar(50) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    order_line_number int NOT NULL,
    returned_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    currency nvarchar(3) NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    refund_amount decimal(19, 4) NOT NULL,
    comment nvarchar(4000) NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_returns PRIMARY KEY CLUSTERED (source_system, return_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_returns_batch_id ON silver.returns (batch_id);
GO
