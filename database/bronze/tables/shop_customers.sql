-- landing/shop/customers/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_customers (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    customer_id nvarchar(4000) NULL,
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(4000) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(4000) NULL,
    registered_at nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_customers PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_customers ON bronze.shop_customers
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who the customers are; a change comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The customer.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'customer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Where the shop writes to.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'email';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Given name.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'first_name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Family name.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'last_name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'In international form.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'phone';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Street and number; may hold line breaks.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'street';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Town.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'city';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Post code.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'postal_code';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'ISO 3166-1 code of two letters.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'country';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When the customer registered (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'registered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
