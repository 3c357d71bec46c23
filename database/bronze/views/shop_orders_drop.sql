-- What BULK INSERT writes to: bronze.shop_orders_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_orders_drop
AS
SELECT
    landing.order_id,
    landing.customer_id,
    landing.ordered_at,
    landing.status,
    landing.currency,
    landing.channel,
    landing.ship_country,
    landing.shipped_at,
    landing.delivered_at,
    landing.line_count,
    landing.order_total,
    landing.updated_at
FROM bronze.shop_orders_landing AS landing;
GO
