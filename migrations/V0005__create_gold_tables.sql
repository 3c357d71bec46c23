-- The star schema: months, dimensions, fact, aggregate.

-- One partition a month; what is older than 2015 or newer than 2030 shares the first or the last one.
CREATE PARTITION FUNCTION PF_gold_months (date) AS RANGE RIGHT FOR VALUES (
    '20150101', '20150201', '20150301', '20150401', '20150501', '20150601',
    '20150701', '20150801', '20150901', '20151001', '20151101', '20151201',
    '20160101', '20160201', '20160301', '20160401', '20160501', '20160601',
    '20160701', '20160801', '20160901', '20161001', '20161101', '20161201',
    '20170101', '20170201', '20170301', '20170401', '20170501', '20170601',
    '20170701', '20170801', '20170901', '20171001', '20171101', '20171201',
    '20180101', '20180201', '20180301', '20180401', '20180501', '20180601',
    '20180701', '20180801', '20180901', '20181001', '20181101', '20181201',
    '20190101', '20190201', '20190301', '20190401', '20190501', '20190601',
    '20190701', '20190801', '20190901', '20191001', '20191101', '20191201',
    '20200101', '20200201', '20200301', '20200401', '20200501', '20200601',
    '20200701', '20200801', '20200901', '20201001', '20201101', '20201201',
    '20210101', '20210201', '20210301', '20210401', '20210501', '20210601',
    '20210701', '20210801', '20210901', '20211001', '20211101', '20211201',
    '20220101', '20220201', '20220301', '20220401', '20220501', '20220601',
    '20220701', '20220801', '20220901', '20221001', '20221101', '20221201',
    '20230101', '20230201', '20230301', '20230401', '20230501', '20230601',
    '20230701', '20230801', '20230901', '20231001', '20231101', '20231201',
    '20240101', '20240201', '20240301', '20240401', '20240501', '20240601',
    '20240701', '20240801', '20240901', '20241001', '20241101', '20241201',
    '20250101', '20250201', '20250301', '20250401', '20250501', '20250601',
    '20250701', '20250801', '20250901', '20251001', '20251101', '20251201',
    '20260101', '20260201', '20260301', '20260401', '20260501', '20260601',
    '20260701', '20260801', '20260901', '20261001', '20261101', '20261201',
    '20270101', '20270201', '20270301', '20270401', '20270501', '20270601',
    '20270701', '20270801', '20270901', '20271001', '20271101', '20271201',
    '20280101', '20280201', '20280301', '20280401', '20280501', '20280601',
    '20280701', '20280801', '20280901', '20281001', '20281101', '20281201',
    '20290101', '20290201', '20290301', '20290401', '20290501', '20290601',
    '20290701', '20290801', '20290901', '20291001', '20291101', '20291201',
    '20300101', '20300201', '20300301', '20300401', '20300501', '20300601',
    '20300701', '20300801', '20300901', '20301001', '20301101', '20301201'
);
GO

-- Where the months lie: all in the default filegroup.
CREATE PARTITION SCHEME PS_gold_months AS PARTITION PF_gold_months ALL TO ([PRIMARY]);
GO

-- Grain: one calendar date; whole years, without gaps. Weeks are ISO weeks, Monday is day 1. date_key -1: unknown.
CREATE TABLE gold.dim_dates (
    date_key int NOT NULL,
    calendar_date date NOT NULL,
    calendar_year smallint NOT NULL,
    calendar_quarter tinyint NOT NULL,
    calendar_month tinyint NOT NULL,
    month_name nvarchar(10) NOT NULL,
    year_month nchar(7) NOT NULL,
    day_of_month tinyint NOT NULL,
    day_of_week tinyint NOT NULL,
    day_name nvarchar(10) NOT NULL,
    iso_week tinyint NOT NULL,
    is_weekend bit NOT NULL,
    CONSTRAINT PK_gold_dim_dates PRIMARY KEY CLUSTERED (date_key),
    CONSTRAINT UQ_gold_dim_dates UNIQUE NONCLUSTERED (calendar_date)
);
GO

-- Grain: one version of one customer (SCD2), valid from valid_from up to, not including, valid_to. customer_key -1:
-- unknown. is_inferred = 1: known only from its orders; its demographics, once they come, overwrite the row in
-- place.
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
    CONSTRAINT PK_gold_dim_customers PRIMARY KEY CLUSTERED (customer_key),
    CONSTRAINT UQ_gold_dim_customers UNIQUE NONCLUSTERED (source_system, customer_id, valid_from),
    CONSTRAINT CK_gold_dim_customers_valid CHECK (valid_from < valid_to)
);
GO
CREATE UNIQUE NONCLUSTERED INDEX UQ_gold_dim_customers_current ON gold.dim_customers (source_system, customer_id)
    WHERE is_current = 1;
GO

-- Grain: one product of one source, as it is now (SCD1). product_key -1: unknown.
-- is_inferred = 1: known only from order lines, not from the source's products.
CREATE TABLE gold.dim_products (
    product_key int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    manufacturer_id nvarchar(50) NOT NULL,
    department nvarchar(200) NOT NULL,
    brand nvarchar(200) NOT NULL,
    product_category nvarchar(200) NOT NULL,
    product_type nvarchar(200) NOT NULL,
    package_size nvarchar(200) NOT NULL,
    is_inferred bit NOT NULL,
    row_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_gold_dim_products PRIMARY KEY CLUSTERED (product_key),
    CONSTRAINT UQ_gold_dim_products UNIQUE NONCLUSTERED (source_system, product_id)
);
GO

-- Grain: one store of one source. store_key -1: unknown.
CREATE TABLE gold.dim_stores (
    store_key int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    store_name nvarchar(200) NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_gold_dim_stores PRIMARY KEY CLUSTERED (store_key),
    CONSTRAINT UQ_gold_dim_stores UNIQUE NONCLUSTERED (source_system, store_id)
);
GO

-- Grain: one order line (silver.order_lines.order_line_key). Partitioned by the month of order_date.
CREATE TABLE gold.fact_order_lines (
    order_line_key bigint NOT NULL,
    order_date date NOT NULL,
    order_date_key int NOT NULL,
    customer_key int NOT NULL,
    product_key int NOT NULL,
    store_key int NOT NULL,
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT PK_gold_fact_order_lines PRIMARY KEY NONCLUSTERED (order_line_key, order_date),
    CONSTRAINT FK_gold_fact_order_lines_dim_dates FOREIGN KEY (order_date_key)
        REFERENCES gold.dim_dates (date_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_customers FOREIGN KEY (customer_key)
        REFERENCES gold.dim_customers (customer_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_products FOREIGN KEY (product_key)
        REFERENCES gold.dim_products (product_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_stores FOREIGN KEY (store_key)
        REFERENCES gold.dim_stores (store_key)
) ON PS_gold_months (order_date);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_gold_fact_order_lines ON gold.fact_order_lines ON PS_gold_months (order_date);
GO

-- Grain: one store on one day on which it sold something. An order is of one store, so order_count adds up over
-- stores.
CREATE TABLE gold.daily_sales (
    order_date date NOT NULL,
    order_date_key int NOT NULL,
    store_key int NOT NULL,
    order_count int NOT NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT PK_gold_daily_sales PRIMARY KEY CLUSTERED (order_date, store_key),
    CONSTRAINT FK_gold_daily_sales_dim_dates FOREIGN KEY (order_date_key) REFERENCES gold.dim_dates (date_key),
    CONSTRAINT FK_gold_daily_sales_dim_stores FOREIGN KEY (store_key) REFERENCES gold.dim_stores (store_key)
);
GO
