-- landing/shop/fx_rates/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.shop_fx_rates (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    currency nvarchar(4000) NULL,
    rate_date nvarchar(4000) NULL,
    rate nvarchar(4000) NULL,
    updated_at nvarchar(4000) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_shop_fx_rates PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_shop_fx_rates ON bronze.shop_fx_rates
    ON PS_bronze_months (loaded_at);
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What a unit of a currency is worth in USD, the reporting currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The currency (ISO 4217).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'rate_date';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'USD for one unit.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'rate';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'A restated rate has a later one (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
