-- Where BULK INSERT puts the records of one file, through bronze.journey_transactions_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_journey_transactions split itself.
CREATE TABLE bronze.journey_transactions_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    household_id nvarchar(200) NULL,
    store_id nvarchar(200) NULL,
    basket_id nvarchar(200) NULL,
    product_id nvarchar(200) NULL,
    quantity nvarchar(200) NULL,
    sales_value nvarchar(200) NULL,
    retail_disc nvarchar(200) NULL,
    coupon_disc nvarchar(200) NULL,
    coupon_match_disc nvarchar(200) NULL,
    week nvarchar(200) NULL,
    transaction_timestamp nvarchar(200) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO
