-- #misfits (file_id, line_number, rule_name, problem, raw_text), #released (file_id, line_number), the caller's →
-- ops.quarantine: opens what a rule keeps out of @table_name, releases what no rule keeps out any more. Part of each
-- silver load, in its transaction. Re-run: what is open stays open under its number; what was discarded or corrected
-- stays so as long as its rule applies.
-- EXEC ops.apply_quarantine @run_id = 1, @table_name = N'silver.orders';
CREATE OR ALTER PROCEDURE ops.apply_quarantine
    @run_id bigint,
    @table_name nvarchar(300)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

-- No rule applies any more, or another one than before: the entry ends, and for another rule a new one begins.
UPDATE quarantine
SET
    status = IIF(quarantine.status = N'replaying', N'replayed', N'released'),
    decided_at = ISNULL(quarantine.decided_at, @now)
FROM ops.quarantine AS quarantine
LEFT OUTER JOIN #misfits AS misfits
    ON misfits.file_id = quarantine.file_id
        AND misfits.line_number = quarantine.line_number
WHERE quarantine.table_name = @table_name
    AND quarantine.status IN (N'open', N'replaying', N'corrected', N'discarded')
    AND (
        misfits.rule_name <> quarantine.rule_name
        OR (
            misfits.rule_name IS NULL
            AND EXISTS (
                SELECT 1
                FROM #released AS released
                WHERE released.file_id = quarantine.file_id
                    AND released.line_number = quarantine.line_number
            )
        )
    );

-- Asked to look again, and the same rule still applies.
UPDATE quarantine
SET status = N'open'
FROM ops.quarantine AS quarantine
INNER JOIN #misfits AS misfits
    ON misfits.file_id = quarantine.file_id
        AND misfits.line_number = quarantine.line_number
WHERE quarantine.table_name = @table_name
    AND quarantine.status = N'replaying';

INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
SELECT
    @run_id,
    misfits.file_id,
    files.path,
    @table_name,
    misfits.line_number,
    misfits.rule_name,
    misfits.problem,
    misfits.raw_text
FROM #misfits AS misfits
INNER JOIN ops.files AS files ON files.file_id = misfits.file_id
WHERE NOT EXISTS (
    SELECT 1
    FROM ops.quarantine AS known
    WHERE known.table_name = @table_name
        AND known.file_id = misfits.file_id
        AND known.line_number = misfits.line_number
        AND known.rule_name = misfits.rule_name
        AND known.status IN (N'open', N'corrected', N'discarded')
);
GO
