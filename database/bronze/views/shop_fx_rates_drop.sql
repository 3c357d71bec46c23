-- What BULK INSERT writes to: bronze.shop_fx_rates_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_fx_rates_drop
AS
SELECT
    landing.currency,
    landing.rate_date,
    landing.rate,
    landing.updated_at
FROM bronze.shop_fx_rates_landing AS landing;
GO
