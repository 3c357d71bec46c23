-- The object that a double of this name stands in for; NULL when none does.
CREATE OR ALTER FUNCTION tSQLt.Private_OriginalId (@ObjectId int)
RETURNS int
AS
BEGIN
    RETURN (
        SELECT TOP (1) doubles.ObjectId
        FROM tSQLt.Private_TestDoubles AS doubles
        WHERE doubles.DoubleId = @ObjectId
        ORDER BY doubles.Id
    );
END;
GO
