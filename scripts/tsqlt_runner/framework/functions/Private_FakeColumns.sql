-- The column list of CREATE TABLE for a fake of a table or view: every column NULL, without constraints. What the
-- original has of identity, computed columns and defaults is kept where asked for.
CREATE OR ALTER FUNCTION tSQLt.Private_FakeColumns (
    @ObjectId int,
    @Identity bit,
    @ComputedColumns bit,
    @Defaults bit
)
RETURNS nvarchar(max)
AS
BEGIN
    DECLARE @List nvarchar(max);
    DECLARE @Name nvarchar(517) = tSQLt.Private_QuotedName(@ObjectId);

    SELECT @List = STRING_AGG(
        CAST(
            QUOTENAME(columns.name) + CASE
                WHEN @ComputedColumns = 1 AND computed.[definition] IS NOT NULL
                    THEN N' AS ' + computed.[definition] + IIF(computed.is_persisted = 1, N' PERSISTED', N'')
                ELSE CONCAT(
                    N' ',
                    texts.TypeText,
                    IIF(
                        @Identity = 1 AND columns.is_identity = 1,
                        CONCAT(N' IDENTITY (', IDENT_SEED(@Name), N', ', IDENT_INCR(@Name), N') NOT NULL'),
                        N' NULL'
                    ),
                    IIF(@Defaults = 1, N' DEFAULT ' + defaults.[definition], N'')
                )
            END AS nvarchar(max)
        ), N', '
    ) WITHIN GROUP (ORDER BY columns.column_id)
    FROM sys.columns AS columns
    CROSS APPLY tSQLt.Private_TypeText(
        columns.user_type_id, columns.max_length, columns.[precision], columns.scale, columns.collation_name
    ) AS texts
    LEFT JOIN sys.computed_columns AS computed
        ON computed.object_id = columns.object_id
        AND computed.column_id = columns.column_id
    LEFT JOIN sys.default_constraints AS defaults
        ON defaults.parent_object_id = columns.object_id
        AND defaults.parent_column_id = columns.column_id
    WHERE columns.object_id = @ObjectId;

    RETURN @List;
END;
GO
