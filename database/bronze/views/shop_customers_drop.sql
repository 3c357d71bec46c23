-- What BULK INSERT writes to: bronze.shop_customers_landing without the columns a file does not have.
CREATE OR ALTER VIEW bronze.shop_customers_drop
AS
SELECT
    landing.customer_id,
    landing.email,
    landing.first_name,
    landing.last_name,
    landing.phone,
    landing.street,
    landing.city,
    landing.postal_code,
    landing.country,
    landing.registered_at,
    landing.updated_at
FROM bronze.shop_customers_landing AS landing;
GO
