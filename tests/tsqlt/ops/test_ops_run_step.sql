-- ops.run_step: runs a leaf procedure and logs what came of it.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_run_step';
GO
CREATE PROCEDURE test_ops_run_step.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.runs';
EXEC tSQLt.FakeTable @TableName = N'ops.run_steps', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files';
INSERT INTO ops.runs (run_id, driver, status) VALUES (1, N'warehouse run', N'running');
GO
CREATE PROCEDURE test_ops_run_step.[test a step that did something is done with its counts]
AS
DECLARE @status nvarchar(20);
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'SELECT @rows_read = 5, @rows_written = 3, @rows_rejected = 1;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.products',
    @procedure = N'silver.load_products',
    @status = @status OUTPUT,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;

SELECT
    @status AS answered,
    @rows_read AS answered_read,
    @rows_written AS answered_written,
    @rows_rejected AS answered_rejected,
    steps.run_id,
    steps.step,
    steps.procedure_name,
    steps.status,
    steps.rows_read,
    steps.rows_written,
    steps.rows_rejected,
    IIF(steps.finished_at >= steps.started_at AND steps.milliseconds >= 0, 1, 0) AS is_timed
INTO #actual
FROM ops.run_steps AS steps;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'done', 5, 3, 1, 1, N'silver.products', N'silver.load_products', N'done', 5, 3, 1, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_run_step.[test a step with nothing to do is up to date]
AS
DECLARE @status nvarchar(20);
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'SELECT @rows_read = 0, @rows_written = 0, @rows_rejected = 0;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.products',
    @procedure = N'silver.load_products',
    @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'up to date', @Actual = @status;
GO
CREATE PROCEDURE test_ops_run_step.[test a step whose file was refused says so]
AS
DECLARE @status nvarchar(20);
INSERT INTO ops.files (file_id, status) VALUES (4, N'refused');
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'bronze.load_journey_products',
    @CommandToExecute = N'SELECT @rows_read = 0, @rows_written = 0, @rows_rejected = 0;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'bronze.journey_products',
    @procedure = N'bronze.load_journey_products',
    @file_id = 4,
    @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'refused', @Actual = @status;

DECLARE @file_id bigint = (SELECT calls.file_id FROM bronze.load_journey_products_SpyProcedureLog AS calls);
EXEC tSQLt.AssertEquals @Expected = 4, @Actual = @file_id;
GO
CREATE PROCEDURE test_ops_run_step.[test every attempt is a row of its own]
AS
EXEC tSQLt.SpyProcedure @ProcedureName = N'silver.load_products';
EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
DECLARE @attempts int = (SELECT COUNT(*) FROM ops.run_steps AS steps);
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @attempts;
GO
CREATE PROCEDURE test_ops_run_step.[test the time may begin before the call]
AS
DECLARE @milliseconds bigint;
DECLARE @before datetime2(3) = DATEADD(SECOND, -5, SYSUTCDATETIME());
EXEC tSQLt.SpyProcedure @ProcedureName = N'silver.load_products';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.products',
    @procedure = N'silver.load_products',
    @started_at = @before,
    @milliseconds = @milliseconds OUTPUT;
IF ISNULL(@milliseconds, 0) < 5000
    EXEC tSQLt.Fail N'expected at least 5000 ms, found ', @milliseconds;
GO
CREATE PROCEDURE test_ops_run_step.[test an unknown procedure is an error that says what to do]
AS
EXEC tSQLt.ExpectException
    @ExpectedMessage
    = N'ops.run_step: there is no procedure silver.load_nothing; deploy it with warehouse migrate.',
    @ExpectedErrorNumber = 51003;
EXEC ops.run_step @run_id = 1, @step = N'x', @procedure = N'silver.load_nothing';
GO
CREATE PROCEDURE test_ops_run_step.[test an unknown run is an error that says what to do]
AS
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'ops.run_step: there is no such run;%', @ExpectedErrorNumber = 51004;
EXEC ops.run_step @run_id = 99, @step = N'x', @procedure = N'silver.load_products';
GO
CREATE PROCEDURE test_ops_run_step.[test the error of a leaf is rethrown as it was]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 3;';
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'no luck today',
    @ExpectedSeverity = 16,
    @ExpectedState = 3,
    @ExpectedErrorNumber = 51999;
EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_run_step.[test a failed step is recorded behind the rollback of its leaf]
AS
DECLARE @number int = 0;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'
        SET XACT_ABORT ON;
        BEGIN TRY
            BEGIN TRANSACTION;
            INSERT INTO ops.files (file_id) VALUES (4);
            THROW 51999, N''no luck today'', 1;
        END TRY
        BEGIN CATCH
            ROLLBACK TRANSACTION;
            THROW;
        END CATCH;';

BEGIN TRY
    EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

SELECT
    @number AS caught,
    steps.status,
    steps.error_number,
    IIF(steps.error_message LIKE N'%line%: no luck today', 1, 0) AS has_message,
    IIF(steps.finished_at IS NULL, 0, 1) AS is_finished,
    (SELECT COUNT(*) FROM ops.files AS files) AS file_count
INTO #actual
FROM ops.run_steps AS steps;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (51999, N'failed', 51999, 1, 1, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_run_step.[test the table a step writes is checked when it has rules, and what was found is kept]
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
INSERT INTO ops.quality_rules (rule_name, table_name, severity, kind)
VALUES (N'a.rule', N'silver.products', N'warn', N'predicate');
EXEC tSQLt.SpyProcedure @ProcedureName = N'silver.load_products';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules', @CommandToExecute = N'SET @results = N''{}'';';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.finish_check';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.products',
    @procedure = N'silver.load_products',
    @target = N'silver.products';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.orders',
    @procedure = N'silver.load_products',
    @target = N'silver.orders';

SELECT calls.table_name INTO #actual FROM ops.finish_check_SpyProcedureLog AS calls;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.products');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_run_step.[test without a procedure a step is its check, and up to date when nothing was new]
AS
DECLARE @first nvarchar(20);
DECLARE @second nvarchar(20);
DECLARE @rows_read bigint;
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
INSERT INTO ops.quality_rules (rule_name, table_name, severity, kind)
VALUES (N'a.rule', N'bronze.shop_orders', N'warn', N'predicate');
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules', @CommandToExecute = N'SET @row_count = 12;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'check:bronze.shop_orders',
    @target = N'bronze.shop_orders',
    @status = @first OUTPUT,
    @rows_read = @rows_read OUTPUT;
EXEC ops.run_step
    @run_id = 1,
    @step = N'check:bronze.shop_payments',
    @target = N'bronze.shop_payments',
    @status = @second OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'done', @Actual = @first;
EXEC tSQLt.AssertEquals @Expected = 12, @Actual = @rows_read;
EXEC tSQLt.AssertEqualsString @Expected = N'up to date', @Actual = @second;
GO
-- Runs silver.load_products for the batches of bronze.journey_products and silver.order_lines, and answers how.
CREATE PROCEDURE test_ops_run_step.run_products
    @status nvarchar(20) OUTPUT
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'SELECT @rows_read = 5, @rows_written = 3, @rows_rejected = 0;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'silver.products',
    @procedure = N'silver.load_products',
    @target = N'silver.products',
    @inlets = N'["bronze.journey_products", "silver.order_lines"]',
    @status = @status OUTPUT;
GO
-- Batches 1 to 3: of bronze.journey_products, which silver.products has taken in; of bronze.journey_transactions, which
-- it never asks for; and of silver.products, which was checked.
CREATE PROCEDURE test_ops_run_step.batches_without_news
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.batches';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
INSERT INTO ops.quality_rules (rule_name, table_name, severity, kind)
VALUES (N'a.rule', N'silver.products', N'warn', N'predicate');
INSERT INTO ops.batches (batch_id, table_name)
VALUES (1, N'bronze.journey_products'), (2, N'bronze.journey_transactions'), (3, N'silver.products');
INSERT INTO ops.batch_consumers (consumer, batch_id)
VALUES (N'silver.products', 1), (N'quality:silver.products', 3);
GO
CREATE PROCEDURE test_ops_run_step.[test a leaf for which no batch waits is not called and is up to date]
AS
DECLARE @status nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
EXEC test_ops_run_step.run_products @status = @status OUTPUT;

SELECT
    @status AS answered,
    steps.run_id,
    steps.step,
    steps.procedure_name,
    steps.status,
    steps.rows_read + steps.rows_written + steps.rows_rejected AS row_count,
    IIF(steps.finished_at >= steps.started_at AND steps.milliseconds >= 0, 1, 0) AS is_timed,
    (SELECT COUNT(*) FROM silver.load_products_SpyProcedureLog AS calls) AS call_count
INTO #actual
FROM ops.run_steps AS steps;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'up to date', 1, N'silver.products', N'silver.load_products', N'up to date', 0, 1, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_run_step.[test a leaf is called where a batch of any of its tables waits]
AS
DECLARE @status nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
INSERT INTO ops.batches (batch_id, table_name) VALUES (4, N'silver.order_lines');
EXEC test_ops_run_step.run_products @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'done', @Actual = @status;
GO
CREATE PROCEDURE test_ops_run_step.[test a batch that only others have taken in waits]
AS
DECLARE @status nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
INSERT INTO ops.batches (batch_id, table_name) VALUES (4, N'silver.order_lines');
INSERT INTO ops.batch_consumers (consumer, batch_id) VALUES (N'silver.orders', 4), (N'quality:silver.products', 4);
EXEC test_ops_run_step.run_products @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'done', @Actual = @status;
GO
CREATE PROCEDURE test_ops_run_step.[test a leaf is called where rows of its table wait for their check]
AS
DECLARE @status nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
DELETE FROM ops.batch_consumers WHERE consumer = N'quality:silver.products';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules';
EXEC test_ops_run_step.run_products @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'done', @Actual = @status;
GO
CREATE PROCEDURE test_ops_run_step.[test a table without rules waits for no check]
AS
DECLARE @status nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
DELETE FROM ops.batch_consumers WHERE consumer = N'quality:silver.products';
DELETE FROM ops.quality_rules;
EXEC test_ops_run_step.run_products @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'up to date', @Actual = @status;
GO
CREATE PROCEDURE test_ops_run_step.[test a check looks at a table only where a batch of it waits]
AS
DECLARE @first nvarchar(20);
DECLARE @second nvarchar(20);
EXEC test_ops_run_step.batches_without_news;
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules', @CommandToExecute = N'SET @row_count = 12;';
EXEC ops.run_step
    @run_id = 1,
    @step = N'check:silver.products',
    @target = N'silver.products',
    @inlets = N'[]',
    @status = @first OUTPUT;
INSERT INTO ops.batches (batch_id, table_name) VALUES (4, N'silver.products');
EXEC ops.run_step
    @run_id = 1,
    @step = N'check:silver.products',
    @target = N'silver.products',
    @inlets = N'[]',
    @status = @second OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'up to date', @Actual = @first;
EXEC tSQLt.AssertEqualsString @Expected = N'done', @Actual = @second;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_run_step.[test a broken rule takes back what the step wrote, and what was found stays]
AS
DECLARE @number int;
DECLARE @message nvarchar(2048);
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.alerts';
INSERT INTO ops.quality_rules (rule_name, table_name, severity, kind)
VALUES (N'a.rule', N'silver.products', N'fail', N'predicate');
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'silver.load_products',
    @CommandToExecute = N'INSERT INTO ops.alerts (subject) VALUES (N''written by the load'');';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.check_rules',
    @CommandToExecute = N'SELECT @results = N''{}'', @failure = N''a.rule: 4 of 5 rows'';';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.finish_check';
BEGIN TRY
    EXEC ops.run_step
        @run_id = 1,
        @step = N'silver.products',
        @procedure = N'silver.load_products',
        @target = N'silver.products';
END TRY
BEGIN CATCH
    SELECT
        @number = ERROR_NUMBER(),
        @message = ERROR_MESSAGE();
END CATCH;

SELECT
    @number AS caught,
    @message AS message,
    steps.status,
    (SELECT COUNT(*) FROM ops.alerts AS alerts) AS alert_count,
    (SELECT MAX(calls.table_name) FROM ops.finish_check_SpyProcedureLog AS calls) AS kept
INTO #actual
FROM ops.run_steps AS steps;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (51040, N'a.rule: 4 of 5 rows', N'failed', 0, N'silver.products');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
