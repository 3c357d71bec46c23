-- What BULK INSERT writes to: bronze.shop_inventory_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_inventory_drop
AS
SELECT
    landing.product_id,
    landing.warehouse,
    landing.stock_date,
    landing.on_hand,
    landing.updated_at
FROM bronze.shop_inventory_landing AS landing;
GO
