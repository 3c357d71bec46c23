-- Reports the results as one XML document in JUnit's form, a result set of one row.
CREATE OR ALTER PROCEDURE tSQLt.XmlResultFormatter
AS
SET NOCOUNT ON;

SELECT (
    SELECT
        suites.Class AS [@name],
        COUNT(*) AS [@tests],
        COUNT(IIF(suites.Result = N'Error', 1, NULL)) AS [@errors],
        COUNT(IIF(suites.Result = N'Failure', 1, NULL)) AS [@failures],
        COUNT(IIF(suites.Result = N'Skipped', 1, NULL)) AS [@skipped],
        CONVERT(nvarchar(19), MIN(suites.TestStartTime), 126) AS [@timestamp],
        CAST(
            DATEDIFF(MILLISECOND, MIN(suites.TestStartTime), MAX(suites.TestEndTime)) / 1000.0 AS decimal(12, 3)
        ) AS [@time],
        (
            SELECT
                cases.Class AS [@classname],
                cases.TestCase AS [@name],
                CAST(DATEDIFF(MILLISECOND, cases.TestStartTime, cases.TestEndTime) / 1000.0 AS decimal(12, 3))
                    AS [@time],
                IIF(cases.Result = N'Failure', cases.Msg, NULL) AS [failure/@message],
                IIF(cases.Result = N'Failure', N'tSQLt.Fail', NULL) AS [failure/@type],
                IIF(cases.Result = N'Error', cases.Msg, NULL) AS [error/@message],
                IIF(cases.Result = N'Error', N'SQL Error', NULL) AS [error/@type],
                IIF(cases.Result = N'Skipped', cases.Msg, NULL) AS [skipped/@message]
            FROM tSQLt.TestResult AS cases
            WHERE cases.Class = suites.Class
            ORDER BY cases.Id
            FOR XML PATH (N'testcase'), TYPE
        )
    FROM tSQLt.TestResult AS suites
    GROUP BY suites.Class
    ORDER BY suites.Class
    FOR XML PATH (N'testsuite'), ROOT (N'testsuites')
) AS [XML];
GO
