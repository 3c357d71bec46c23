-- 'schema.object' → [schema].[object], for dynamic SQL.
-- SELECT quoted FROM ops.quoted_name(N'bronze.shop_orders') AS names;
CREATE OR ALTER FUNCTION ops.quoted_name (@name nvarchar(300))
RETURNS TABLE
AS
RETURN
SELECT CONCAT(QUOTENAME(PARSENAME(@name, 2)), N'.', QUOTENAME(PARSENAME(@name, 1))) AS quoted;
GO
