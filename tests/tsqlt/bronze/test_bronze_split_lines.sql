-- bronze.split_lines: physical lines become CSV records (RFC 4180), misfits learn why they are none.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_split_lines';
GO
-- Splits @text, whose first line is line 2 of its file, into three fields a record; answers from #records.
CREATE PROCEDURE test_bronze_split_lines.split
    @text nvarchar(max),
    @rejected bigint = NULL OUTPUT,
    @blank bigint = NULL OUTPUT
AS
CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) NULL);
INSERT INTO #lines (line_number, line)
SELECT
    CONVERT(bigint, lines.[key]) + 2,
    NULLIF(lines.[value], N'')
FROM OPENJSON(
    CONCAT(N'["', REPLACE(STRING_ESCAPE(@text, 'json'), N'\n', N'","'), N'"]')
) AS lines;

EXEC bronze.split_lines
    @columns = N'["a", "b", "c"]',
    @longest_field = 10,
    @rows_rejected = @rejected OUTPUT,
    @blank_lines = @blank OUTPUT;
GO
-- The caller's #records as one text: line, rule or fields of each.
CREATE PROCEDURE test_bronze_split_lines.assert_records
    @expected nvarchar(max)
AS
DECLARE @actual nvarchar(max) = (
    SELECT STRING_AGG(
        CONCAT(records.line_number, N': ', ISNULL(records.rule_name, records.fields)), N' | '
    ) WITHIN GROUP (ORDER BY records.line_number)
    FROM #records AS records
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_bronze_split_lines.[test plain lines are records]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'a,b,c', NCHAR(10), N',x,');
EXEC test_bronze_split_lines.split @text = @text;
EXEC test_bronze_split_lines.assert_records @expected = N'2: [["a","b","c"]] | 3: [["","x",""]]';
GO
CREATE PROCEDURE test_bronze_split_lines.[test no lines are no records]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) NULL);
DECLARE @rejected bigint;
DECLARE @blank bigint;
EXEC bronze.split_lines
    @columns = N'["a", "b", "c"]',
    @longest_field = 10,
    @rows_rejected = @rejected OUTPUT,
    @blank_lines = @blank OUTPUT;
DECLARE @counts nvarchar(20) = CONCAT(@rejected, N' ', @blank);
EXEC tSQLt.AssertEqualsString @Expected = N'0 0', @Actual = @counts;
EXEC tSQLt.AssertEmptyTable @TableName = N'#records';
GO
CREATE PROCEDURE test_bronze_split_lines.[test quotes keep commas, doubled quotes and line ends in their field]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'"a,b","c""d","e', NCHAR(10), N'f"', NCHAR(10), N'g,"",h');
EXEC test_bronze_split_lines.split @text = @text;
EXEC test_bronze_split_lines.assert_records
    @expected = N'2: [["a,b","c\"d","e\nf"]] | 4: [["g","","h"]]';
GO
CREATE PROCEDURE test_bronze_split_lines.[test the carriage return of a Windows line end is dropped]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'a,b,c', NCHAR(13), NCHAR(10), N'd,e,"f"', NCHAR(13));
EXEC test_bronze_split_lines.split @text = @text;
EXEC test_bronze_split_lines.assert_records @expected = N'2: [["a","b","c"]] | 3: [["d","e","f"]]';
GO
CREATE PROCEDURE test_bronze_split_lines.[test blank lines are counted and are no records]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @blank bigint;
DECLARE @text nvarchar(max) = CONCAT(NCHAR(10), N'a,b,c', NCHAR(10), NCHAR(13), NCHAR(10), N'd,e,f', NCHAR(10), N',, ', NCHAR(13));
EXEC test_bronze_split_lines.split @text = @text, @blank = @blank OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 3, @Actual = @blank;
EXEC test_bronze_split_lines.assert_records @expected = N'3: [["a","b","c"]] | 5: [["d","e","f"]]';
GO
CREATE PROCEDURE test_bronze_split_lines.[test each kind of misfit has its rule and the good ones go on]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @rejected bigint;
DECLARE @text nvarchar(max) = CONCAT(
    N'a,b', NCHAR(10), N'a,b,c,d', NCHAR(10), N'a,b"b",c', NCHAR(10), N'a,"b"b,c', NCHAR(10),
    N'a,bbbbbbbbbbb,c', NCHAR(10), N'a,b,c', NCHAR(10), N'a,"b,c'
);
EXEC test_bronze_split_lines.split @text = @text, @rejected = @rejected OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 6, @Actual = @rejected;
DECLARE @expected nvarchar(max) = CONCAT(
    N'2: wrong_field_count | 3: wrong_field_count | 4: stray_quote | 5: stray_quote | 6: field_too_long | ',
    N'7: [["a","b","c"]] | 8: open_quote'
);
EXEC test_bronze_split_lines.assert_records @expected = @expected;
GO
CREATE PROCEDURE test_bronze_split_lines.[test a misfit keeps its text and says what is wrong]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'a,b', NCHAR(10), N'"a",b,cccccccccccc');
EXEC test_bronze_split_lines.split @text = @text;
SELECT records.raw_text, records.reason INTO #actual FROM #records AS records;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (raw_text, reason)
VALUES
    (N'a,b', N'the record has 2 fields instead of 3'),
    (N'"a",b,cccccccccccc', N'a field is longer than 10 characters');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_split_lines.[test another delimiter splits as well]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) NULL);
INSERT INTO #lines (line_number, line) VALUES (2, N'a,b;"c;d";e');
EXEC bronze.split_lines @columns = N'["a", "b", "c"]', @longest_field = 10, @delimiter = N';';
EXEC test_bronze_split_lines.assert_records @expected = N'2: [["a,b","c;d","e"]]';
GO
-- Splits @text as `split` does, as a file whose header and delimiter are told.
CREATE PROCEDURE test_bronze_split_lines.split_delivered
    @text nvarchar(max),
    @columns_delivered nvarchar(max) = NULL,
    @delimiter nchar(1) = N','
AS
CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) NULL);
INSERT INTO #lines (line_number, line)
SELECT CONVERT(bigint, lines.[key]) + 2, NULLIF(lines.[value], N'')
FROM OPENJSON(
    CONCAT(N'["', REPLACE(STRING_ESCAPE(@text, 'json'), N'\n', N'","'), N'"]')
) AS lines;

EXEC bronze.split_lines
    @columns = N'["a", "b", "c"]',
    @longest_field = 10,
    @columns_delivered = @columns_delivered,
    @delimiter = @delimiter;
GO
CREATE PROCEDURE test_bronze_split_lines.[test a tab may be the delimiter]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @tab nchar(1) = NCHAR(9);
DECLARE @text nvarchar(max) = CONCAT(
    N'a', @tab, N'b,', @tab, N'c', NCHAR(10), N'"a', @tab, N'a"', @tab, N'"b"', @tab, NCHAR(10), N'a', @tab, N'b,c'
);
EXEC test_bronze_split_lines.split_delivered @text = @text, @delimiter = @tab;
EXEC test_bronze_split_lines.assert_records
    @expected = N'2: [["a","b,","c"]] | 3: [["a\ta","b",""]] | 4: wrong_field_count';
GO
CREATE PROCEDURE test_bronze_split_lines.[test columns in another order are found by name]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'3,1,2', NCHAR(10), N'"3,","""1""",\', NCHAR(10), N'x,,', NCHAR(10), N'3,1');
EXEC test_bronze_split_lines.split_delivered @text = @text, @columns_delivered = N'["c", "a", "b"]';
EXEC test_bronze_split_lines.assert_records
    @expected = N'2: [["1","2","3"]] | 3: [["\"1\"","\\","3,"]] | 4: [["","","x"]] | 5: wrong_field_count';
GO
CREATE PROCEDURE test_bronze_split_lines.[test columns in the expected order stay as they are]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
EXEC test_bronze_split_lines.split_delivered @text = N'1,2,3', @columns_delivered = N'["a", "b", "c"]';
EXEC test_bronze_split_lines.assert_records @expected = N'2: [["1","2","3"]]';
GO
CREATE PROCEDURE test_bronze_split_lines.[test the fields of a column that was added stay out and are counted]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @text nvarchar(max) = CONCAT(N'1,x,2,3', NCHAR(10), N'1,2,3');
EXEC test_bronze_split_lines.split_delivered @text = @text, @columns_delivered = N'["a", "new", "b", "c"]';
EXEC test_bronze_split_lines.assert_records @expected = N'2: [["1","2","3"]] | 3: wrong_field_count';
DECLARE @reason nvarchar(2048) = (SELECT records.reason FROM #records AS records WHERE records.line_number = 3);
EXEC tSQLt.AssertEqualsString @Expected = N'the record has 3 fields instead of 4', @Actual = @reason;
GO
CREATE PROCEDURE test_bronze_split_lines.[test a record with bytes that were no text has bad_encoding, after the other rules]
AS
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
DECLARE @bad nchar(1) = NCHAR(65533);
DECLARE @text nvarchar(max) = CONCAT(
    N'1,2', @bad, N',3', NCHAR(10), @bad, N',2', NCHAR(10), N'"', @bad, N'",2,3', NCHAR(10), N'1,2,3456789012', @bad,
    NCHAR(10), N'1,2,3'
);
EXEC test_bronze_split_lines.split_delivered @text = @text;
EXEC test_bronze_split_lines.assert_records
    @expected = N'2: bad_encoding | 3: wrong_field_count | 4: bad_encoding | 5: field_too_long | 6: [["1","2","3"]]';
GO
