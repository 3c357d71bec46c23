-- Where BULK INSERT puts the records of one file, through bronze.journey_products_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_journey_products split itself.
CREATE TABLE bronze.journey_products_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    product_id nvarchar(200) NULL,
    manufacturer_id nvarchar(200) NULL,
    department nvarchar(200) NULL,
    brand nvarchar(200) NULL,
    product_category nvarchar(200) NULL,
    product_type nvarchar(200) NULL,
    package_size nvarchar(200) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO
