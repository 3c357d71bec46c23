-- silver.load_customer_features: customers as they are compared, and the blocks that they share.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_customer_features';
GO
CREATE PROCEDURE test_silver_load_customer_features.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
EXEC tSQLt.FakeTable @TableName = N'silver.customer_features';
EXEC tSQLt.FakeTable @TableName = N'silver.customer_blocks';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
INSERT INTO silver.customers (
    source_system, customer_id, first_name, last_name, email, phone, street, city, postal_code, batch_id
)
VALUES
    (N'shop', N'1', N'Bob A.', N'Müller', N'bob@example.com', N'+491701234567', N'Oak Street 1', N'Köln', N'50 667', 8),
    (N'journey', N'2', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 8);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (8, N'silver.customers', 1, 2);
GO
CREATE PROCEDURE test_silver_load_customer_features.[test a customer is folded and one without a name left out]
AS
EXEC silver.load_customer_features @run_id = 1;
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(
        CONCAT_WS(
            N'|', features.customer_id, features.given_name, features.family_name, features.email_text,
            features.phone_text, features.street_text, features.city_text, features.postal_text
        ), N', '
    )
    FROM silver.customer_features AS features
);
EXEC tSQLt.AssertEqualsString
    @Expected = N'1|robert|muller|bob@example.com|701234567|oak st 1|koln|50667',
    @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_customer_features.[test a customer is in a block of each kind]
AS
EXEC silver.load_customer_features @run_id = 1;
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(blocks.block_kind, N'=', blocks.block_value), N', ')
        WITHIN GROUP (ORDER BY blocks.block_kind, blocks.block_value)
    FROM silver.customer_blocks AS blocks
);
EXEC tSQLt.AssertEqualsString
    @Expected = N'email=bob@example.com, full_name=muller robert, name_postal=mul 50667, name_postal=rob 50667, phone=701234567, street=oak st 1 50667',
    @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_customer_features.[test only what is compared otherwise is written again]
AS
DECLARE @written bigint;
EXEC silver.load_customer_features @run_id = 1;
UPDATE silver.customers SET last_name = N'MUELLER', batch_id = 9 WHERE customer_id = N'1';
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1, @rows_written = @written OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @written;

UPDATE silver.customers SET last_name = N'Maier', batch_id = 10 WHERE customer_id = N'1';
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (10, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1, @rows_written = @written OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
DECLARE @count int = (SELECT COUNT(*) FROM silver.customer_blocks AS blocks WHERE blocks.block_value LIKE N'mul%');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @count;
GO
CREATE PROCEDURE test_silver_load_customer_features.[test a customer that is gone is compared no more]
AS
EXEC silver.load_customer_features @run_id = 1;
DELETE FROM silver.customers WHERE customer_id = N'1';
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1;

EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customer_features';
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customer_blocks';
GO
CREATE PROCEDURE test_silver_load_customer_features.[test what tells the generation is no part of the family name]
AS
UPDATE silver.customers SET last_name = N'O''Hara, Sr.' WHERE customer_id = N'1';
EXEC silver.load_customer_features @run_id = 1;
DECLARE @actual nvarchar(400) = (
    SELECT CONCAT(features.family_name, N' ', features.generation) FROM silver.customer_features AS features
);
EXEC tSQLt.AssertEqualsString @Expected = N'ohara sr', @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_customer_features.[test a name that is nothing but a generation stays]
AS
UPDATE silver.customers SET last_name = N'Junior' WHERE customer_id = N'1';
EXEC silver.load_customer_features @run_id = 1;
DECLARE @actual nvarchar(400) = (
    SELECT CONCAT(features.family_name, N'|', features.generation) FROM silver.customer_features AS features
);
EXEC tSQLt.AssertEqualsString @Expected = N'junior|', @Actual = @actual;
GO
