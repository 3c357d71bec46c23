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
