-- What BULK INSERT writes to: bronze.shop_order_items_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_order_items_drop
AS
SELECT
    landing.order_id,
    landing.line_no,
    landing.product_id,
    landing.quantity,
    landing.unit_price,
    landing.discount,
    landing.updated_at
FROM bronze.shop_order_items_landing AS landing;
GO
