-- ops.files → files to act on as of @as_of (NULL: now): 'archive' what the landing folder keeps no longer, 'remove'
-- what the archive keeps no longer, 'check' what is archived: it may still (a move was cut short) or again lie in the
-- landing folder. The newest content of each path only.
-- SELECT path, action FROM ops.archivable_files(NULL);
CREATE OR ALTER FUNCTION ops.archivable_files (@as_of datetime2(3))
RETURNS TABLE
AS
RETURN
SELECT
    files.file_id,
    files.path,
    files.sha256,
    files.archived_path,
    CASE
        WHEN cutoffs.policy_name LIKE N'archive.%' THEN N'remove'
        WHEN files.archived_at IS NULL THEN N'archive'
        ELSE N'check'
    END AS action
FROM ops.retention_cutoffs(ISNULL(@as_of, SYSUTCDATETIME())) AS cutoffs
INNER JOIN ops.files AS files
    ON files.source_system = cutoffs.source_system
        AND files.entity = cutoffs.entity
WHERE cutoffs.method = N'file'
    AND (
        (
            cutoffs.policy_name LIKE N'landing.%'
            AND files.registered_at < cutoffs.cutoff_at
            AND files.archive_removed_at IS NULL
            AND files.status IN (N'loaded', N'duplicate')
            AND NOT EXISTS (
                SELECT 1
                FROM ops.files AS later
                WHERE later.source_system = files.source_system
                    AND later.entity = files.entity
                    AND later.path = files.path
                    AND later.file_id > files.file_id
            )
        )
        OR (
            cutoffs.policy_name LIKE N'archive.%'
            AND files.archived_at < cutoffs.cutoff_at
            AND files.archive_removed_at IS NULL
        )
    );
GO
