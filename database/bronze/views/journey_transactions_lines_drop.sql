-- What BULK INSERT writes physical lines to: bronze.journey_transactions_lines_landing without its ordinal.
CREATE OR ALTER VIEW bronze.journey_transactions_lines_drop
AS
SELECT landing.line
FROM bronze.journey_transactions_lines_landing AS landing;
GO
