-- landing/shop/inventory/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_inventory (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    product_id nvarchar(4000) NULL,
    warehouse nvarchar(4000) NULL,
    stock_date nvarchar(4000) NULL,
    on_hand nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_inventory PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_inventory ON bronze.shop_inventory
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'How much of a product a warehouse holds at the end of a day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The warehouse.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'warehouse';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'stock_date';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units at the end of the day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'on_hand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
