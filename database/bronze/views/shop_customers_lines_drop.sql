-- What BULK INSERT writes physical lines to: bronze.shop_customers_lines_landing without its ordinal.
CREATE OR ALTER VIEW bronze.shop_customers_lines_drop
AS
SELECT landing.line
FROM bronze.shop_customers_lines_landing AS landing;
GO
