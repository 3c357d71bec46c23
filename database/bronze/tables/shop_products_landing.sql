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
