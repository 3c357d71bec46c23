-- Grain: one customer (journey: household) of one source, seen in its sales, described by its source, or both.
-- file_id and line_number point to the description; they are NULL while has_demographics = 0 (never in the shop).
CREATE TABLE silver.customers (
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    age_band nvarchar(200) NULL,
    income_band nvarchar(200) NULL,
    home_ownership nvarchar(200) NULL,
    marital_status nvarchar(200) NULL,
    household_size nvarchar(200) NULL,
    household_composition nvarchar(200) NULL,
    child_count nvarchar(200) NULL,
    has_demographics bit NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NULL,
    line_number bigint NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(16) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(2) NULL,
    registered_at datetime2(3) NULL,
    source_updated_at datetime2(3) NULL,
    CONSTRAINT PK_silver_customers PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customers_batch_id ON silver.customers (batch_id);
GO
