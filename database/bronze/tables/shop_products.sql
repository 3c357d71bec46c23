-- landing/shop/products/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_products (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    product_id nvarchar(4000) NULL,
    name nvarchar(4000) NULL,
    category nvarchar(4000) NULL,
    brand nvarchar(4000) NULL,
    unit_price nvarchar(4000) NULL,
    is_active nvarchar(4000) NULL,
    introduced_on nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_products PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_products ON bronze.shop_products
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the shop sells; a change comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What it is called.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What kind of product it is.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'category';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who makes it.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'brand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'List price in USD.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'unit_price';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'False once it is no longer sold.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'is_active';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'First day on sale.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'introduced_on';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
