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
