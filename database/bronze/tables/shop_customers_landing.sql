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
