-- landing/shop/order_items/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_order_items (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    order_id nvarchar(4000) NULL,
    line_no nvarchar(4000) NULL,
    product_id nvarchar(4000) NULL,
    quantity nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    discount nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_order_items PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_order_items ON bronze.shop_order_items
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What each order holds.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of the line in the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'line_no';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Price of a unit in the order''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'unit_price';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'For the whole line; imputed as 0 when missing.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'discount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
