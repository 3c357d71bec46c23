-- ops.files: where a delivered file went, by path and hash; without a path: it has been deleted there too. Re-run: the
-- first time stays.
-- EXEC ops.record_archive @file_id = 1, @archived_path = N'shop/orders/a.csv.1f2e3d4c.gz', @archived_sha256 = '…';
CREATE OR ALTER PROCEDURE ops.record_archive
    @file_id bigint,
    @archived_path nvarchar(1000) = NULL,
    @archived_sha256 varchar(64) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;

UPDATE ops.files
SET
    archived_path = ISNULL(@archived_path, archived_path),
    archived_sha256 = ISNULL(@archived_sha256, archived_sha256),
    archived_at = ISNULL(archived_at, SYSUTCDATETIME()),
    archive_removed_at = IIF(@archived_path IS NULL, SYSUTCDATETIME(), archive_removed_at)
WHERE file_id = @file_id;
GO
