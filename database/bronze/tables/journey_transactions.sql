-- landing/journey/transactions/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
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
    CONSTRAINT PK_bronze_journey_transactions PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_transactions ON bronze.journey_transactions
    ON PS_bronze_months (loaded_at);
GO
