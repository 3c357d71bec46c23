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
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who lives in a household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Age band of the head of the household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'age';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Income band.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'income';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Owner or renter, certain or probable.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'home_ownership';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Married or Unmarried.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'marital_status';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of people; 5+ for more.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_size';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Adults and whether there are children.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_comp';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of children; 3+ for more.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'kids_count';
GO
