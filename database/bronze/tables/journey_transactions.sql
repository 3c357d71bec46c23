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
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What each basket of a household held.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The household that bought.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'household_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The store.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'store_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The shopping trip.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'basket_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product bought.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units, or for fuel and some weighed goods finer units.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the retailer received.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'sales_value';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by the retailer''s loyalty card.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'retail_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by a manufacturer''s coupon.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'coupon_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by the retailer''s match of a coupon.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'coupon_match_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Week of the study; 1 to 53.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'week';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When the basket was paid for (yyyy-mm-dd hh:mm:ss).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'transaction_timestamp';
GO
