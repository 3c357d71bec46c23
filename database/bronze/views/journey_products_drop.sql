-- What BULK INSERT writes to: bronze.journey_products_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.journey_products_drop
AS
SELECT
    landing.product_id,
    landing.manufacturer_id,
    landing.department,
    landing.brand,
    landing.product_category,
    landing.product_type,
    landing.package_size
FROM bronze.journey_products_landing AS landing;
GO
