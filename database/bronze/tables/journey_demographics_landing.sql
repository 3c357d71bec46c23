-- Where BULK INSERT puts the records of one file, through bronze.journey_demographics_drop. Emptied before each file.
-- line_number and raw_text are known only of records that bronze.load_journey_demographics split itself.
CREATE TABLE bronze.journey_demographics_landing (
    ordinal bigint IDENTITY(1, 1) NOT NULL,
    household_id nvarchar(200) NULL,
    age nvarchar(200) NULL,
    income nvarchar(200) NULL,
    home_ownership nvarchar(200) NULL,
    marital_status nvarchar(200) NULL,
    household_size nvarchar(200) NULL,
    household_comp nvarchar(200) NULL,
    kids_count nvarchar(200) NULL,
    line_number bigint NULL,
    raw_text nvarchar(max) NULL
);
GO
