-- What the shop delivers, as it came, and what becomes of each record.

-- landing/shop/customers/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_customers (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    customer_id nvarchar(4000) NULL,
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(4000) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(4000) NULL,
    registered_at nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_customers PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_customers ON bronze.shop_customers;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_customers_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_customers split itself.
CREATE TABLE bronze.shop_customers_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    customer_id nvarchar(4000) NULL,
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(4000) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(4000) NULL,
    registered_at nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_customers_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_customers_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/products/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_products (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    product_id nvarchar(4000) NULL,
    name nvarchar(4000) NULL,
    category nvarchar(4000) NULL,
    brand nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    is_active nvarchar(4000) NULL,
    introduced_on nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_products PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_products ON bronze.shop_products;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_products_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_products split itself.
CREATE TABLE bronze.shop_products_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    product_id nvarchar(4000) NULL,
    name nvarchar(4000) NULL,
    category nvarchar(4000) NULL,
    brand nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    is_active nvarchar(4000) NULL,
    introduced_on nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_products_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_products_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/orders/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_orders (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    order_id nvarchar(4000) NULL,
    customer_id nvarchar(4000) NULL,
    ordered_at nvarchar(4000) NULL,
    status nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    channel nvarchar(4000) NULL,
    ship_country nvarchar(4000) NULL,
    shipped_at nvarchar(4000) NULL,
    delivered_at nvarchar(4000) NULL,
    line_count nvarchar(4000) NULL,
    order_total nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_orders PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_orders ON bronze.shop_orders;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_orders_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_orders split itself.
CREATE TABLE bronze.shop_orders_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    order_id nvarchar(4000) NULL,
    customer_id nvarchar(4000) NULL,
    ordered_at nvarchar(4000) NULL,
    status nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    channel nvarchar(4000) NULL,
    ship_country nvarchar(4000) NULL,
    shipped_at nvarchar(4000) NULL,
    delivered_at nvarchar(4000) NULL,
    line_count nvarchar(4000) NULL,
    order_total nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_orders_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_orders_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/order_items/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_order_items (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    product_id nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    discount nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_order_items PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_order_items ON bronze.shop_order_items;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_order_items_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_order_items split itself.
CREATE TABLE bronze.shop_order_items_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    product_id nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    discount nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_order_items_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_order_items_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/payments/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_payments (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    payment_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    paid_at nvarchar(4000) NULL,
    method nvarchar(4000) NULL,
    amount nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_payments PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_payments ON bronze.shop_payments;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_payments_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_payments split itself.
CREATE TABLE bronze.shop_payments_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    payment_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    paid_at nvarchar(4000) NULL,
    method nvarchar(4000) NULL,
    amount nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_payments_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_payments_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/returns/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_returns (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    return_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    returned_at nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    refund_amount nvarchar(4000) NULL,
    comment nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_returns PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_returns ON bronze.shop_returns;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_returns_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_returns split itself.
CREATE TABLE bronze.shop_returns_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    return_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    returned_at nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    refund_amount nvarchar(4000) NULL,
    comment nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_returns_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_returns_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/inventory/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_inventory (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    product_id nvarchar(4000) NULL,
    warehouse nvarchar(4000) NULL,
    stock_date nvarchar(4000) NULL,
    on_hand nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_inventory PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_inventory ON bronze.shop_inventory;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_inventory_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_inventory split itself.
CREATE TABLE bronze.shop_inventory_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    product_id nvarchar(4000) NULL,
    warehouse nvarchar(4000) NULL,
    stock_date nvarchar(4000) NULL,
    on_hand nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_inventory_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_inventory_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/shop/fx_rates/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.shop_fx_rates (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    currency nvarchar(4000) NULL,
    rate_date nvarchar(4000) NULL,
    rate nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_fx_rates PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_fx_rates ON bronze.shop_fx_rates;
GO

-- Where BULK INSERT puts the records of one file, through bronze.shop_fx_rates_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_shop_fx_rates split itself.
CREATE TABLE bronze.shop_fx_rates_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    currency nvarchar(4000) NULL,
    rate_date nvarchar(4000) NULL,
    rate nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_fx_rates_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_fx_rates_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- Grain: one record of bronze.shop_customers, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.customers, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_customers_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    customer_id nvarchar(50) NULL,
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(16) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(2) NULL,
    registered_at datetime2(3) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_customers_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_customers_records_key ON silver.shop_customers_records
    (customer_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_customers_records_batch_id ON silver.shop_customers_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_customers_records_judged ON silver.shop_customers_records
    (judged_batch_id);
GO

-- Grain: one record of bronze.shop_products, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.products, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_products_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    product_id nvarchar(50) NULL,
    name nvarchar(4000) NULL,
    category nvarchar(200) NULL,
    brand nvarchar(4000) NULL,
    unit_price decimal(19, 4) NULL,
    is_active bit NULL,
    introduced_on date NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_products_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_products_records_key ON silver.shop_products_records
    (product_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_products_records_batch_id ON silver.shop_products_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_products_records_judged ON silver.shop_products_records
    (judged_batch_id);
GO

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

-- Grain: one record of bronze.shop_order_items, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.order_lines, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_order_items_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    order_id nvarchar(50) NULL,
    line_no int NULL,
    product_id nvarchar(50) NULL,
    quantity int NULL,
    unit_price decimal(19, 4) NULL,
    discount decimal(19, 4) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_order_items_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_order_items_records_key ON silver.shop_order_items_records
    (order_id, line_no);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_order_items_records_batch_id ON silver.shop_order_items_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_order_items_records_judged ON silver.shop_order_items_records
    (judged_batch_id);
GO

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

-- Grain: one record of bronze.shop_returns, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.returns, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_returns_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    return_id nvarchar(50) NULL,
    order_id nvarchar(50) NULL,
    line_no int NULL,
    returned_at datetime2(3) NULL,
    quantity int NULL,
    refund_amount decimal(19, 4) NULL,
    comment nvarchar(4000) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_returns_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_returns_records_key ON silver.shop_returns_records
    (return_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_returns_records_batch_id ON silver.shop_returns_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_returns_records_judged ON silver.shop_returns_records
    (judged_batch_id);
GO

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

-- Grain: one record of bronze.shop_fx_rates, with what became of it: standing is 'best', 'superseded',
-- 'duplicate_exact', 'duplicate_by_key', 'superseded_by_file' or 'misfit' (rule_name says of what). Best records are
-- the rows of silver.currency_rates, but for those with a judged_rule_name: other tables speak against them.
-- records_batch_id, judged_batch_id: the loads that last changed the standing and that judgement.
CREATE TABLE silver.shop_fx_rates_records (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    business_date date NULL,
    revision int NOT NULL,
    currency nvarchar(3) NULL,
    rate_date date NULL,
    rate decimal(19, 8) NULL,
    updated_at datetime2(3) NULL,
    value_hash binary(32) NOT NULL,
    standing nvarchar(20) NOT NULL,
    rule_name nvarchar(100) NULL,
    problem nvarchar(2048) NULL,
    judged_rule_name nvarchar(100) NULL,
    judged_problem nvarchar(2048) NULL,
    records_batch_id bigint NOT NULL,
    judged_batch_id bigint NULL,
    CONSTRAINT PK_silver_shop_fx_rates_records PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED INDEX IX_silver_shop_fx_rates_records_key ON silver.shop_fx_rates_records
    (currency, rate_date);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_fx_rates_records_batch_id ON silver.shop_fx_rates_records
    (records_batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_shop_fx_rates_records_judged ON silver.shop_fx_rates_records
    (judged_batch_id);
GO
