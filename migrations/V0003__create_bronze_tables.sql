-- The source journey as delivered, and where BULK INSERT lands it.

-- landing/journey/transactions/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.journey_transactions (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
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
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_journey_transactions PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_transactions ON bronze.journey_transactions;
GO

-- Where BULK INSERT puts the records of one file, through bronze.journey_transactions_drop. Emptied before each
-- file. line_number and raw_text are known only of records that bronze.load_journey_transactions split itself.
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

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.journey_transactions_lines_drop. Emptied before each file.
CREATE TABLE bronze.journey_transactions_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/journey/products/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.journey_products (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    product_id nvarchar(200) NULL,
    manufacturer_id nvarchar(200) NULL,
    department nvarchar(200) NULL,
    brand nvarchar(200) NULL,
    product_category nvarchar(200) NULL,
    product_type nvarchar(200) NULL,
    package_size nvarchar(200) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_journey_products PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_products ON bronze.journey_products;
GO

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

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.journey_products_lines_drop. Emptied before each file.
CREATE TABLE bronze.journey_products_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO

-- landing/journey/demographics/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written.
CREATE TABLE bronze.journey_demographics (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    household_id nvarchar(200) NULL,
    age nvarchar(200) NULL,
    income nvarchar(200) NULL,
    home_ownership nvarchar(200) NULL,
    marital_status nvarchar(200) NULL,
    household_size nvarchar(200) NULL,
    household_comp nvarchar(200) NULL,
    kids_count nvarchar(200) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_journey_demographics PRIMARY KEY NONCLUSTERED (file_id, line_number)
);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_demographics ON bronze.journey_demographics;
GO

-- Where BULK INSERT puts the records of one file, through bronze.journey_demographics_drop. Emptied before each
-- file. line_number and raw_text are known only of records that bronze.load_journey_demographics split itself.
CREATE TABLE bronze.journey_demographics_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    household_id nvarchar(200) NULL,
    age nvarchar(200) NULL,
    income nvarchar(200) NULL,
    home_ownership nvarchar(200) NULL,
    marital_status nvarchar(200) NULL,
    household_size nvarchar(200) NULL,
    household_comp nvarchar(200) NULL,
    kids_count nvarchar(200) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO

-- Where BULK INSERT puts the physical lines of a file that is not clean CSV, through
-- bronze.journey_demographics_lines_drop. Emptied before each file.
CREATE TABLE bronze.journey_demographics_lines_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    line nvarchar(max) NULL
);
GO
