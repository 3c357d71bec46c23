-- landing/shop/returns/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_returns (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    return_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    returned_at nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    refund_amount nvarchar(4000) NULL,
    comment nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_returns PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_returns ON bronze.shop_returns
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What came back of which line.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The return.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'return_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The line of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'line_no';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it came back (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'returned_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units that came back.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Refund in the order''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'refund_amount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the customer says; may hold line breaks.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'comment';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
