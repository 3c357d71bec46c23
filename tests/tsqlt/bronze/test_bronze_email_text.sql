-- bronze.email_text: an address in lower case without what is around it, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_email_text';
GO
CREATE PROCEDURE test_bronze_email_text.[test an address is given in lower case]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'jo@example.com', N'jo@example.com'),
    (N'Jo.Ann+x@Example.CO.UK', N'jo.ann+x@example.co.uk'),
    (N'a@b.c', N'a@b.c');
SELECT expected.field, bronze.email_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_email_text.[test angle brackets and mailto: are dropped]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'<jo@example.com>', N'jo@example.com'),
    (N'mailto:jo@example.com', N'jo@example.com'),
    (N'<MailTo:Jo@Example.com>', N'jo@example.com');
SELECT expected.field, bronze.email_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_email_text.[test a dot somewhere inside the part behind the @ will do]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'jo@x.y.', N'jo@x.y.'),
    (N'jo@.x.y', N'jo@.x.y');
SELECT expected.field, bronze.email_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_email_text.[test anything else is no address]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'jo', NULL),
    (N'jo@example', NULL),
    (N'@example.com', NULL),
    (N'jo@.com', NULL),
    (N'jo@example.', NULL),
    (N'jo@', NULL),
    (N'jo@@example.com', NULL),
    (N'jo@x@example.com', NULL),
    (N'jo ann@example.com', NULL),
    (N'jo,ann@example.com', NULL),
    (N'jo;ann@example.com', NULL),
    (N'jo@exa mple.com', NULL),
    (N'<>', NULL),
    (N'mailto:', NULL),
    (N'mailto:<jo@example>', NULL),
    (N'', NULL),
    (NULL, NULL),
    (CONCAT(N'jo', NCHAR(10), N'@example.com'), NULL),
    (CONCAT(N'jo@example', NCHAR(13), N'.com'), NULL);
SELECT expected.field, bronze.email_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
