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
