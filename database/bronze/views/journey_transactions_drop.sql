-- What BULK INSERT writes to: bronze.journey_transactions_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.journey_transactions_drop
AS
SELECT
    landing.household_id,
    landing.store_id,
    landing.basket_id,
    landing.product_id,
    landing.quantity,
    landing.sales_value,
    landing.retail_disc,
    landing.coupon_disc,
    landing.coupon_match_disc,
    landing.week,
    landing.transaction_timestamp
FROM bronze.journey_transactions_landing AS landing;
GO
