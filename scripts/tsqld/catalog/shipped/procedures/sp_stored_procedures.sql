CREATE PROCEDURE sys.sp_stored_procedures @sp_name nvarchar(390) = NULL, @sp_owner nvarchar(384) = NULL,
    @sp_qualifier sysname = NULL, @fUsePattern bit = 1 AS
    SELECT DB_NAME() AS PROCEDURE_QUALIFIER, s.name AS PROCEDURE_OWNER,
        CAST(CONCAT(o.name, IIF(o.type = 'P', N';1', N';0')) AS nvarchar(134)) AS PROCEDURE_NAME,
        CAST(-1 AS int) AS NUM_INPUT_PARAMS, CAST(-1 AS int) AS NUM_OUTPUT_PARAMS,
        CAST(-1 AS int) AS NUM_RESULT_SETS, CAST(NULL AS varchar(254)) AS REMARKS,
        CAST(2 AS smallint) AS PROCEDURE_TYPE
    FROM sys.objects AS o
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    WHERE o.type IN ('P', 'FN', 'IF', 'TF') AND DB_NAME() = ISNULL(@sp_qualifier, DB_NAME())
        AND (@sp_name IS NULL OR (@fUsePattern = 1 AND o.name LIKE @sp_name) OR o.name = @sp_name)
        AND (@sp_owner IS NULL OR (@fUsePattern = 1 AND s.name LIKE @sp_owner) OR s.name = @sp_owner)
    ORDER BY 1, 2, 3;
