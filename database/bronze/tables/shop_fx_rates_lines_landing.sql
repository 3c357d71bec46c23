-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.shop_fx_rates_lines_drop. Emptied before each file.
CREATE TABLE bronze.shop_fx_rates_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO
