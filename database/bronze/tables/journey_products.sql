-- landing/journey/products/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
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
    CONSTRAINT PK_bronze_journey_products PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_products ON bronze.journey_products
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the products are.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who makes it.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'manufacturer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Coarsest grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'department';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'National or Private.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'brand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Middle grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_category';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Finest grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_type';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Size as printed; free text.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'package_size';
GO
