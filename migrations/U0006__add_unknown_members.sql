-- Takes back V0006__add_unknown_members.sql; a fact that points to one of its members stops it.
DELETE FROM gold.dim_stores WHERE store_key = -1;
DELETE FROM gold.dim_products WHERE product_key = -1;
DELETE FROM gold.dim_customers WHERE customer_key = -1;
DELETE FROM gold.dim_dates WHERE date_key = -1;
GO
