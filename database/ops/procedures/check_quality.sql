-- ops.quality_rules, the tables of @layer → ops.quality_results, ops.alerts: checks what was not checked yet, or with
-- @is_of_all_rows = 1 everything, of one entity (the table's name without its schema) or of all, and raises an error
-- when a rule of severity fail is broken. The loads' own steps do so by ops.run_step. Re-run: only new batches.
-- EXEC ops.check_quality @run_id = 1, @layer = N'silver', @entity = N'orders';
CREATE OR ALTER PROCEDURE ops.check_quality
    @run_id bigint,
    @layer nvarchar(10),
    @entity nvarchar(200) = NULL,
    @is_of_all_rows bit = 0
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @table_name nvarchar(300) = N'';
DECLARE @results nvarchar(max);
DECLARE @failure nvarchar(2048);
DECLARE @first_failure nvarchar(2048);
DECLARE @message nvarchar(2048);

IF @layer NOT IN (N'bronze', N'silver', N'gold')
BEGIN
    SET @message = CONCAT(
        N'ops.check_quality: the value ', @layer, N' of @layer is not supported; use bronze, silver or gold.'
    );
    THROW 51041, @message, 1;
END;

EXEC ops.apply_quality_rules;

WHILE 1 = 1
BEGIN
    SELECT @table_name = MIN(rules.table_name)
    FROM ops.quality_rules AS rules
    WHERE rules.table_name LIKE CONCAT(@layer, N'.%')
        AND (@entity IS NULL OR rules.table_name = CONCAT(@layer, N'.', @entity))
        AND rules.table_name > @table_name;

    IF @table_name IS NULL
        BREAK;

    EXEC ops.check_rules
        @table_name = @table_name,
        @is_of_all_rows = @is_of_all_rows,
        @results = @results OUTPUT,
        @failure = @failure OUTPUT;

    IF @results IS NOT NULL
        EXEC ops.finish_check @run_id = @run_id, @table_name = @table_name, @results = @results;

    SET @first_failure = ISNULL(@first_failure, @failure);
END;

IF @first_failure IS NOT NULL
BEGIN
    SET @message = LEFT(CONCAT(N'ops.check_quality: ', @first_failure), 2000);
    THROW 51042, @message, 1;
END;
GO
