-- What BULK INSERT writes to: bronze.shop_products_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_products_drop
AS
SELECT
    landing.product_id,
    landing.name,
    landing.category,
    landing.brand,
    landing.unit_price,
    landing.is_active,
    landing.introduced_on,
    landing.updated_at
FROM bronze.shop_products_landing AS landing;
GO
