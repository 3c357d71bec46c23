-- Grain: what one unit of a currency is worth in USD, the reporting currency, from a day on until the next rate.
CREATE TABLE silver.currency_rates (
    source_system nvarchar(20) NOT NULL,
    currency nvarchar(3) NOT NULL,
    rate_date date NOT NULL,
    rate decimal(19, 8) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_currency_rates PRIMARY KEY CLUSTERED (source_system, currency, rate_date)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_currency_rates_batch_id ON silver.currency_rates (batch_id);
GO
