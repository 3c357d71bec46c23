-- What BULK INSERT writes to: bronze.shop_returns_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_returns_drop
AS
SELECT
    landing.return_id,
    landing.order_id,
    landing.line_no,
    landing.returned_at,
    landing.quantity,
    landing.refund_amount,
    landing.comment,
    landing.updated_at
FROM bronze.shop_returns_landing AS landing;
GO
