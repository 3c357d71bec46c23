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
