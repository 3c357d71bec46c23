-- bronze.journey_transactions_typed: text becomes types, and a row learns why it fails.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_journey_transactions_typed';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_transactions';
GO
-- Adds a good record on @line_number; a column named in @wrong gets @value instead.
CREATE PROCEDURE test_bronze_journey_transactions_typed.deliver
    @line_number bigint,
    @wrong sysname = N'',
    @value nvarchar(200) = NULL
AS
INSERT INTO bronze.journey_transactions (
    file_id,
    line_number,
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES (
    4,
    @line_number,
    IIF(@wrong = N'household_id', @value, N'900'),
    IIF(@wrong = N'store_id', @value, N'330'),
    IIF(@wrong = N'basket_id', @value, N'31198570044'),
    IIF(@wrong = N'product_id', @value, N'1095275'),
    IIF(@wrong = N'quantity', @value, N'1'),
    IIF(@wrong = N'sales_value', @value, N'0.50'),
    IIF(@wrong = N'retail_disc', @value, N'0.10'),
    IIF(@wrong = N'coupon_disc', @value, N'0'),
    IIF(@wrong = N'coupon_match_disc', @value, N'0'),
    IIF(@wrong = N'week', @value, N'1'),
    IIF(@wrong = N'transaction_timestamp', @value, N'2017-01-01 11:53:26')
);
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test without rows there are none]
AS
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.journey_transactions_typed';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test a good row is typed]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2;
SELECT
    typed.household_id,
    typed.store_id,
    typed.basket_id,
    typed.product_id,
    typed.quantity,
    typed.sales_value,
    typed.retail_disc,
    typed.week,
    typed.transaction_timestamp,
    typed.raw_text,
    typed.problem
INTO #actual
FROM bronze.journey_transactions_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (
    900, 330, 31198570044, 1095275, 1, 0.5, 0.1, 1, '2017-01-01T11:53:26',
    N'900,330,31198570044,1095275,1,0.50,0.10,0,0,1,2017-01-01 11:53:26', NULL
);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test blanks around a value do not matter]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2, @wrong = N'quantity', @value = N'  7 ';
DECLARE @quantity int = (SELECT typed.quantity FROM bronze.journey_transactions_typed AS typed);
EXEC tSQLt.AssertEquals @Expected = 7, @Actual = @quantity;
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test amounts in scientific notation are numbers]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2, @wrong = N'sales_value', @value = N'1.5e1';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 3, @wrong = N'retail_disc', @value = N'2.2e-16';
SELECT typed.line_number, typed.sales_value, typed.retail_disc, typed.problem
INTO #actual
FROM bronze.journey_transactions_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, 15, 0.1, NULL), (3, 0.5, 0, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test a required column that is missing is a problem]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2, @wrong = N'household_id';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 3, @wrong = N'store_id';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 4, @wrong = N'basket_id';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 5, @wrong = N'product_id';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 6, @wrong = N'quantity';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 7, @wrong = N'sales_value';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 8, @wrong = N'transaction_timestamp';
SELECT typed.line_number, typed.problem INTO #actual FROM bronze.journey_transactions_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'household_id is missing'),
    (3, N'store_id is missing'),
    (4, N'basket_id is missing'),
    (5, N'product_id is missing'),
    (6, N'quantity is missing'),
    (7, N'sales_value is missing'),
    (8, N'transaction_timestamp is missing');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test an optional column that is missing is none]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2, @wrong = N'retail_disc';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 3, @wrong = N'coupon_disc';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 4, @wrong = N'coupon_match_disc';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 5, @wrong = N'week';
SELECT typed.line_number INTO #actual FROM bronze.journey_transactions_typed AS typed WHERE typed.problem IS NOT NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_transactions_typed.[test text that is no value of its type is a problem that shows it]
AS
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 2, @wrong = N'household_id', @value = N'h';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 3, @wrong = N'store_id', @value = N'1.5';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 4, @wrong = N'basket_id', @value = N'99999999999999999999';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 5, @wrong = N'product_id', @value = N'p';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 6, @wrong = N'quantity', @value = N'many';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 7, @wrong = N'sales_value', @value = N'1,50';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 8, @wrong = N'retail_disc', @value = N'-';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 9, @wrong = N'coupon_disc', @value = N'c';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 10, @wrong = N'coupon_match_disc', @value = N'm';
EXEC test_bronze_journey_transactions_typed.deliver @line_number = 11, @wrong = N'week', @value = N'256';
EXEC test_bronze_journey_transactions_typed.deliver
    @line_number = 12,
    @wrong = N'transaction_timestamp',
    @value = N'2017-02-30 10:00:00';
SELECT typed.line_number, typed.problem INTO #actual FROM bronze.journey_transactions_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'household_id is not a whole number: h'),
    (3, N'store_id is not a whole number: 1.5'),
    (4, N'basket_id is not a whole number: 99999999999999999999'),
    (5, N'product_id is not a whole number: p'),
    (6, N'quantity is not a whole number: many'),
    (7, N'sales_value is not an amount of money: 1,50'),
    (8, N'retail_disc is not an amount of money: -'),
    (9, N'coupon_disc is not an amount of money: c'),
    (10, N'coupon_match_disc is not an amount of money: m'),
    (11, N'week is not a whole number from 0 to 255: 256'),
    (12, N'transaction_timestamp is not a timestamp (yyyy-mm-dd hh:mm:ss): 2017-02-30 10:00:00');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
