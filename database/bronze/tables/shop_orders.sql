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
