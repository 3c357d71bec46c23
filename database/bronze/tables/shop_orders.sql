-- landing/shop/orders/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_orders (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    order_id nvarchar(4000) NULL,
    customer_id nvarchar(4000) NULL,
    ordered_at nvarchar(4000) NULL,
    status nvarchar(4000) NULL,
    currency nvarchar(4000) NULL,
    channel nvarchar(4000) NULL,
    ship_country nvarchar(4000) NULL,
    shipped_at nvarchar(4000) NULL,
    delivered_at nvarchar(4000) NULL,
    line_count nvarchar(4000) NULL,
    order_total nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_orders PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_orders ON bronze.shop_orders
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What was ordered; a new status comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who ordered.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'customer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was ordered (UTC); its date is the date of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'ordered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'created, paid, shipped, delivered, cancelled or returned.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'status';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Currency of the total and of the lines (ISO 4217).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'web, app or store.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'channel';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Where it goes to; imputed from the customer when missing.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'ship_country';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was shipped (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'shipped_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was delivered (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'delivered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'How many lines it has.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'line_count';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Sum over its lines of quantity × unit_price − discount.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'order_total';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
