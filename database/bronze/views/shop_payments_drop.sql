-- What BULK INSERT writes to: bronze.shop_payments_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_payments_drop
AS
SELECT
    landing.payment_id,
    landing.order_id,
    landing.paid_at,
    landing.method,
    landing.amount,
    landing.currency,
    landing.updated_at
FROM bronze.shop_payments_landing AS landing;
GO
