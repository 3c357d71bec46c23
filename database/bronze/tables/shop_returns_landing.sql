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
