-- silver.load_shop_customers: the best record of each key, and which keys came and went.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_customers';
GO
CREATE PROCEDURE test_silver_load_shop_customers.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.shop_customers_records';
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
INSERT INTO silver.customers (source_system, customer_id, city, row_hash) VALUES (N'journey', N'C-1', N'Rome', 0x01);
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_customers.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record, as line @line_number of file 1.
CREATE PROCEDURE test_silver_load_shop_customers.write_record
    @line_number bigint = 2,
    @key nvarchar(50) = N'C-1',
    @value nvarchar(4000) = N'Berlin',
    @standing nvarchar(20) = N'best',
    @batch_id bigint = -1
AS
DELETE FROM silver.shop_customers_records WHERE line_number = @line_number;
INSERT INTO silver.shop_customers_records (
    file_id, line_number, customer_id, email, first_name, last_name, phone, street, city, postal_code, country, registered_at, updated_at, value_hash, standing, records_batch_id
)
VALUES (
    1, @line_number, @key, N'jo@example.com', N'Jo', N'Doe', N'+4930123456', N'1 Long Road', @value, N'10115', N'DE', '2025-01-01T08:00:00', '2025-03-07T12:00:00', HASHBYTES('SHA2_256', CONCAT(N'', @value)), @standing,
    @batch_id
);
EXEC test_silver_load_shop_customers.announce @batch_id = @batch_id, @table_name = N'silver.shop_customers_records';
GO
-- All rows as one text: "source key value, …".
CREATE PROCEDURE test_silver_load_shop_customers.assert_rows
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(customers.customer_id, N' ', customers.city), N', ') WITHIN GROUP (ORDER BY customers.customer_id)
    FROM silver.customers AS customers
    WHERE customers.source_system = N'shop'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
DECLARE @others int = (SELECT COUNT(*) FROM silver.customers AS customers WHERE customers.source_system = N'journey' AND customers.row_hash = 0x01);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @others;
GO
-- The keys that the last load told others have come or gone.
CREATE PROCEDURE test_silver_load_shop_customers.assert_told
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(records.customer_id, N', ') WITHIN GROUP (ORDER BY records.customer_id)
    FROM silver.shop_customers_records AS records
    WHERE records.judged_batch_id = (SELECT MAX(batches.batch_id) FROM ops.batches AS batches)
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_customers.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_customers
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a best record is a row, others are not]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_customers.write_record;
EXEC test_silver_load_shop_customers.write_record @line_number = 3, @value = N'Bern', @standing = N'superseded';
EXEC test_silver_load_shop_customers.write_record @line_number = 4, @key = N'C-2', @standing = N'misfit';
EXEC test_silver_load_shop_customers.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    customers.customer_id,
    customers.email,
    customers.first_name,
    customers.last_name,
    customers.phone,
    customers.street,
    customers.city,
    customers.postal_code,
    customers.country,
    customers.registered_at,
    customers.source_updated_at,
    customers.has_demographics,
    customers.file_id,
    customers.line_number
INTO #actual
FROM silver.customers AS customers
WHERE customers.source_system = N'shop';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'C-1', N'jo@example.com', N'Jo', N'Doe', N'+4930123456', N'1 Long Road', N'Berlin', N'10115', N'DE', '2025-01-01T08:00:00', '2025-03-07T12:00:00', 1, 1, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a changed record changes its row and others stay as they are]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_customers.write_record;
EXEC test_silver_load_shop_customers.write_record @line_number = 3, @key = N'C-2';
EXEC test_silver_load_shop_customers.run_load;
EXEC test_silver_load_shop_customers.assert_told @expected = N'C-1, C-2';
EXEC test_silver_load_shop_customers.write_record @line_number = 2, @value = N'Bern', @batch_id = -2;
EXEC test_silver_load_shop_customers.write_record @line_number = 3, @key = N'C-2', @batch_id = -2;
EXEC test_silver_load_shop_customers.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_customers.assert_rows @expected = N'C-1 Bern, C-2 Berlin';
EXEC test_silver_load_shop_customers.assert_told @expected = NULL;
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a key without a best record is removed and told]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_customers.write_record;
EXEC test_silver_load_shop_customers.write_record @line_number = 3, @key = N'C-2';
EXEC test_silver_load_shop_customers.run_load;
EXEC test_silver_load_shop_customers.write_record @standing = N'superseded_by_file', @batch_id = -2;
EXEC test_silver_load_shop_customers.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_customers.assert_rows @expected = N'C-2 Berlin';
EXEC test_silver_load_shop_customers.assert_told @expected = N'C-1';
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_customers.write_record;
EXEC test_silver_load_shop_customers.run_load;
UPDATE silver.shop_customers_records
SET
    email = N'a@b.cc',
    first_name = N'Ann',
    last_name = N'Roe',
    phone = NULL,
    street = NULL,
    city = N'Bern',
    postal_code = NULL,
    country = N'CH',
    registered_at = '20250201',
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    records_batch_id = -14;
EXEC test_silver_load_shop_customers.announce @batch_id = -14, @table_name = N'silver.shop_customers_records';
EXEC test_silver_load_shop_customers.run_load;
SELECT
    loaded.customer_id,
    loaded.email,
    loaded.first_name,
    loaded.last_name,
    loaded.phone,
    loaded.street,
    loaded.city,
    loaded.postal_code,
    loaded.country,
    loaded.registered_at,
    loaded.has_demographics,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.customers AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.customers WHERE source_system = N'shop';
UPDATE silver.shop_customers_records SET records_batch_id = -15;
EXEC test_silver_load_shop_customers.announce @batch_id = -15, @table_name = N'silver.shop_customers_records';
EXEC test_silver_load_shop_customers.run_load;
SELECT
    loaded.customer_id,
    loaded.email,
    loaded.first_name,
    loaded.last_name,
    loaded.phone,
    loaded.street,
    loaded.city,
    loaded.postal_code,
    loaded.country,
    loaded.registered_at,
    loaded.has_demographics,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.customers AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_customers.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_customers.write_record;
EXEC test_silver_load_shop_customers.run_load;
EXEC test_silver_load_shop_customers.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.customers' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_customers.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_customers @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_customers.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_customers.write_record;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_customers @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_customers.assert_rows @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_customers.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_customers.write_record;
EXEC silver.load_shop_customers @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.customers');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
