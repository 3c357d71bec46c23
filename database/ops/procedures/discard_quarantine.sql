-- ops.quarantine: gives a record up for good; it stays there with who, when and why. Re-run: an entry that is not
-- open is an error.
-- EXEC ops.discard_quarantine @quarantine_id = 7, @note = N'a test order';
CREATE OR ALTER PROCEDURE ops.discard_quarantine
    @quarantine_id bigint,
    @note nvarchar(1000) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @message nvarchar(2048);

UPDATE ops.quarantine
SET
    status = N'discarded',
    decided_by = SUSER_SNAME(),
    decided_at = SYSUTCDATETIME(),
    note = @note
WHERE quarantine_id = @quarantine_id
    AND status = N'open';

IF @@ROWCOUNT = 0
BEGIN
    SET @message = CONCAT(
        N'ops.discard_quarantine: ', @quarantine_id, N' is not open; look at it in ops.quarantine.'
    );
    THROW 51021, @message, 1;
END;
GO
