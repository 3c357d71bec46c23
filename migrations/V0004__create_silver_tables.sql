-- Typed, unique rows of all sources.

-- Grain: one customer (journey: household) of one source, seen in its sales, its demographics or both.
-- file_id and line_number point to the demographics; they are NULL while has_demographics = 0.
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
    CONSTRAINT PK_silver_customers PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customers_batch_id ON silver.customers (batch_id);
GO

-- Grain: one product of one source; the latest delivery of it wins. batch_id: the load that last wrote the row.
CREATE TABLE silver.products (
    source_system nvarchar(20) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    manufacturer_id nvarchar(50) NULL,
    department nvarchar(200) NULL,
    brand nvarchar(200) NULL,
    product_category nvarchar(200) NULL,
    product_type nvarchar(200) NULL,
    package_size nvarchar(200) NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_products PRIMARY KEY CLUSTERED (source_system, product_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_products_batch_id ON silver.products (batch_id);
GO

-- Grain: one product in one order of one customer; the latest delivery of it wins.
-- row_hash is that of the delivered record; batch_id: the load that last wrote the row.
CREATE TABLE silver.order_lines (
    order_line_key bigint IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_order_lines PRIMARY KEY CLUSTERED (order_line_key),
    CONSTRAINT UQ_silver_order_lines UNIQUE NONCLUSTERED (source_system, order_id, customer_id, product_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_order_lines_batch_id ON silver.order_lines (batch_id)
    INCLUDE (source_system, order_id, customer_id, product_id);
GO

-- Grain: one order (journey: basket) of one source, with the totals of its lines.
CREATE TABLE silver.orders (
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_orders PRIMARY KEY CLUSTERED (source_system, order_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_orders_batch_id ON silver.orders (batch_id) INCLUDE (store_id, ordered_at);
GO
