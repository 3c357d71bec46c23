-- landing/shop/payments/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_payments (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    payment_id nvarchar(4000) NULL,
    order_id nvarchar(4000) NULL,
    paid_at nvarchar(4000) NULL,
    method nvarchar(4000) NULL,
    amount nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_payments PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_payments ON bronze.shop_payments
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What was paid for which order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The payment.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'payment_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was paid (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'paid_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'card, paypal, transfer or gift_card.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'method';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Amount in the payment''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'amount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'That of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
