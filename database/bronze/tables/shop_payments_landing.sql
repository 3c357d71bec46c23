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
