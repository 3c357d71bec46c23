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
