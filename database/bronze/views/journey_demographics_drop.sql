-- What BULK INSERT writes to: bronze.journey_demographics_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.journey_demographics_drop
AS
SELECT
    landing.household_id,
    landing.age,
    landing.income,
    landing.home_ownership,
    landing.marital_status,
    landing.household_size,
    landing.household_comp,
    landing.kids_count
FROM bronze.journey_demographics_landing AS landing;
GO
