-- The procedure that reports a run when Run names none.
CREATE OR ALTER FUNCTION tSQLt.GetTestResultFormatter ()
RETURNS nvarchar(max)
AS
BEGIN
    RETURN ISNULL(
        (SELECT settings.Value FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'Formatter'),
        N'tSQLt.DefaultResultFormatter'
    );
END;
GO
