-- landing/journey/demographics/*.csv as delivered. Grain: one record of one file.
-- line_number is the physical line on which the record begins, the header being line 1.
-- raw_text is kept where the columns alone cannot give the record back as it was written. A file is loaded at one
-- moment, so all of it lies in the partition of one month; retention empties partitions.
CREATE TABLE bronze.journey_demographics (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    household_id nvarchar(200) NULL,
    age nvarchar(200) NULL,
    income nvarchar(200) NULL,
    home_ownership nvarchar(200) NULL,
    marital_status nvarchar(200) NULL,
    household_size nvarchar(200) NULL,
    household_comp nvarchar(200) NULL,
    kids_count nvarchar(200) NULL,
    raw_text nvarchar(max) NULL,
    row_hash binary(32) NOT NULL,
    loaded_at datetime2(3) NOT NULL,
    CONSTRAINT PK_bronze_journey_demographics PRIMARY KEY NONCLUSTERED (file_id, line_number, loaded_at)
) ON PS_bronze_months (loaded_at);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_bronze_journey_demographics ON bronze.journey_demographics
    ON PS_bronze_months (loaded_at);
GO
