-- Grain: one version of one customer (SCD2), valid from valid_from up to, not including, valid_to. customer_key -1:
-- unknown. is_inferred = 1: known only from its orders; its demographics, once they come, overwrite the row in
-- place. master_customer_key: the current row of the customer that stands for this person, or its own.
CREATE TABLE gold.dim_customers (
    customer_key int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    age_band nvarchar(200) NOT NULL,
    income_band nvarchar(200) NOT NULL,
    home_ownership nvarchar(200) NOT NULL,
    marital_status nvarchar(200) NOT NULL,
    household_size nvarchar(200) NOT NULL,
    household_composition nvarchar(200) NOT NULL,
    child_count nvarchar(200) NOT NULL,
    is_inferred bit NOT NULL,
    valid_from datetime2(3) NOT NULL,
    valid_to datetime2(3) NOT NULL,
    is_current bit NOT NULL,
    row_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    master_customer_key int NULL,
    CONSTRAINT PK_gold_dim_customers PRIMARY KEY CLUSTERED (customer_key),
    CONSTRAINT UQ_gold_dim_customers UNIQUE NONCLUSTERED (source_system, customer_id, valid_from),
    CONSTRAINT CK_gold_dim_customers_valid CHECK (valid_from < valid_to)
);
GO
CREATE UNIQUE NONCLUSTERED INDEX UQ_gold_dim_customers_current ON gold.dim_customers (source_system, customer_id)
    WHERE is_current = 1;
GO
