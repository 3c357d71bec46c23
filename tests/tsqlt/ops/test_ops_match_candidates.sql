-- ops.load_match_candidates, check_likeness, accept_match, reject_match, unmerge_match, unmerge_customer and
-- apply_match_decision, silver.load_customer_matches, gold.refresh_master_dim_customers: from customers to people.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_match_candidates';
GO
-- 1 and 2 are one person twice; 3 is of the same household; 4 is of the same name somewhere else; 5 is like 2 by its e-mail.
CREATE PROCEDURE test_ops_match_candidates.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
EXEC tSQLt.FakeTable @TableName = N'silver.customer_features';
EXEC tSQLt.FakeTable @TableName = N'silver.customer_blocks';
EXEC tSQLt.FakeTable @TableName = N'silver.customer_matches';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_customers';
EXEC tSQLt.FakeTable @TableName = N'ops.match_candidates', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.match_decisions', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.match_capped_blocks', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
INSERT INTO silver.customers (
    source_system, customer_id, first_name, last_name, email, phone, street, postal_code, registered_at, batch_id
)
VALUES
    (N'shop', N'1', N'Robert', N'Quist', N'r@example.com', N'+15550000001', N'1 Oak Street', N'10001', '20200101', 8),
    (N'shop', N'2', N'Bob', N'Quist', N'r@example.com', N'+15550000001', N'1 Oak St.', N'10001', '20200102', 8),
    (N'shop', N'3', N'Sven', N'Quist', N'sv@example.com', N'+15550000003', N'1 Oak Street', N'10001', '20200103', 8),
    (N'shop', N'4', N'Robert', N'Quist', N'zz@example.org', N'+15550777777', N'99 Elm Way', N'90009', '20200104', 8),
    (N'shop', N'5', N'Rob', N'Quist', N'r@example.com', N'+15550888888', N'5 Hill Lane', N'50005', '20200105', 8);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (8, N'silver.customers', 1, 5);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC silver.load_customer_matches @run_id = 1;
GO
CREATE PROCEDURE test_ops_match_candidates.number_of
    @left nvarchar(50),
    @right nvarchar(50),
    @candidate_id bigint OUTPUT
AS
SELECT @candidate_id = candidates.candidate_id
FROM ops.match_candidates AS candidates
WHERE candidates.left_customer_id = @left
    AND candidates.right_customer_id = @right;
GO
CREATE PROCEDURE test_ops_match_candidates.assert_pairs
    @expected nvarchar(1000)
AS
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(
        CONCAT(candidates.left_customer_id, candidates.right_customer_id, N' ', candidates.status), N', '
    ) WITHIN GROUP (ORDER BY candidates.left_customer_id, candidates.right_customer_id)
    FROM ops.match_candidates AS candidates
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_match_candidates.assert_groups
    @expected nvarchar(1000)
AS
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(CONCAT(matches.customer_id, N'→', matches.master_customer_id), N', ')
        WITHIN GROUP (ORDER BY matches.customer_id)
    FROM silver.customer_matches AS matches
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_match_candidates.[test who is who by name and something else that is the same]
AS
EXEC test_ops_match_candidates.assert_pairs
    @expected = N'12 auto_accepted, 15 auto_accepted, 25 auto_accepted';
EXEC test_ops_match_candidates.assert_groups @expected = N'1→1, 2→1, 5→1';
GO
CREATE PROCEDURE test_ops_match_candidates.[test a score is told by part and every decision is noted]
AS
DECLARE @actual nvarchar(400) = (
    SELECT CONCAT(
        candidates.name_score, N' ', candidates.email_score, N' ', candidates.phone_score, N' ',
        candidates.address_score, N' ', candidates.score
    )
    FROM ops.match_candidates AS candidates
    WHERE candidates.left_customer_id = N'1'
        AND candidates.right_customer_id = N'2'
);
EXEC tSQLt.AssertEqualsString @Expected = N'1.0000 1.0000 1.0000 1.0000 1.0000', @Actual = @actual;
DECLARE @noted int = (SELECT COUNT(*) FROM ops.match_decisions AS decisions);
EXEC tSQLt.AssertEquals @Expected = 3, @Actual = @noted;
GO
CREATE PROCEDURE test_ops_match_candidates.[test a second time nothing is compared]
AS
DECLARE @read bigint;
EXEC ops.load_match_candidates @run_id = 1, @rows_read = @read OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @read;
GO
CREATE PROCEDURE test_ops_match_candidates.[test a block that is too large is noted and not compared]
AS
DELETE FROM ops.match_candidates;
EXEC tSQLt.FakeTable @TableName = N'ops.match_settings';
INSERT INTO ops.match_settings (setting_name, value)
VALUES
    (N'weight_name', 1), (N'weight_email', 1), (N'weight_phone', 1), (N'weight_address', 1), (N'review_from', 0.1),
    (N'accept_from', 2), (N'least_name', 0), (N'largest_block', 2), (N'largest_cluster', 9);
DELETE FROM ops.batch_consumers WHERE consumer = N'ops.match_candidates';
EXEC ops.load_match_candidates @run_id = 1;

DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(capped.block_kind, N' ', capped.member_count), N', ')
        WITHIN GROUP (ORDER BY capped.block_kind, capped.block_value)
    FROM ops.match_capped_blocks AS capped
);
EXEC tSQLt.AssertEqualsString @Expected = N'email 3, full_name 4, name_postal 3, street 3', @Actual = @actual;
EXEC test_ops_match_candidates.assert_pairs @expected = N'12 pending';
GO
CREATE PROCEDURE test_ops_match_candidates.[test of a block that is too large those are compared who share something else]
AS
EXEC tSQLt.FakeTable @TableName = N'ops.match_settings';
INSERT INTO ops.match_settings (setting_name, value)
VALUES
    (N'weight_name', 1), (N'weight_email', 1), (N'weight_phone', 1), (N'weight_address', 1), (N'review_from', 0.1),
    (N'accept_from', 2), (N'least_name', 0), (N'largest_block', 2), (N'largest_cluster', 9);
DELETE FROM ops.match_candidates;
INSERT INTO silver.customers (source_system, customer_id, first_name, last_name, email, batch_id)
VALUES
    (N'shop', N'A', N'Uta', N'Adler', N'office@example.com', 9), (N'shop', N'B', N'Kim', N'Adlar', N'office@example.com', 9),
    (N'shop', N'C', N'Jo', N'Berg', N'office@example.com', 9);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 3);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC test_ops_match_candidates.assert_pairs @expected = N'AB pending';
GO
CREATE PROCEDURE test_ops_match_candidates.[test an unmerged pair stays apart and so does whoever joined it by others]
AS
DECLARE @number bigint;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'2', @candidate_id = @number OUTPUT;
EXEC ops.unmerge_match @candidate_id = @number, @note = N'twins';

EXEC test_ops_match_candidates.assert_pairs @expected = N'12 rejected, 15 pending, 25 pending';
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customer_matches';
DECLARE @decided nvarchar(400) = (
    SELECT CONCAT(candidates.note, IIF(candidates.decided_by = SUSER_SNAME(), N' by me', N''))
    FROM ops.match_candidates AS candidates
    WHERE candidates.candidate_id = @number
);
EXEC tSQLt.AssertEqualsString @Expected = N'twins by me', @Actual = @decided;
GO
CREATE PROCEDURE test_ops_match_candidates.[test accepting what would join a rejected pair is refused]
AS
DECLARE @number bigint;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'2', @candidate_id = @number OUTPUT;
EXEC ops.unmerge_match @candidate_id = @number;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'5', @candidate_id = @number OUTPUT;
EXEC ops.accept_match @candidate_id = @number;
EXEC test_ops_match_candidates.assert_groups @expected = N'1→1, 5→1';

EXEC test_ops_match_candidates.number_of @left = N'2', @right = N'5', @candidate_id = @number OUTPUT;
EXEC tSQLt.ExpectException
    @ExpectedErrorNumber = 51052,
    @ExpectedMessagePattern = N'ops.accept_match: % would join customers whose match % was rejected;%';
EXEC ops.accept_match @candidate_id = @number;
GO
CREATE PROCEDURE test_ops_match_candidates.[test accepting twice is refused]
AS
DECLARE @number bigint;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'2', @candidate_id = @number OUTPUT;
EXEC ops.accept_match @candidate_id = @number;
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51052, @ExpectedMessagePattern = N'% is accepted already or not there;%';
EXEC ops.accept_match @candidate_id = @number;
GO
CREATE PROCEDURE test_ops_match_candidates.[test an accepted pair is not rejected but unmerged]
AS
DECLARE @number bigint;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'2', @candidate_id = @number OUTPUT;
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51053;
EXEC ops.reject_match @candidate_id = @number;
GO
CREATE PROCEDURE test_ops_match_candidates.[test a pending pair that is rejected is not proposed again until one of them changes]
AS
DECLARE @number bigint;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'2', @candidate_id = @number OUTPUT;
EXEC ops.unmerge_match @candidate_id = @number;
EXEC test_ops_match_candidates.number_of @left = N'1', @right = N'5', @candidate_id = @number OUTPUT;
EXEC ops.reject_match @candidate_id = @number;

DELETE FROM ops.batch_consumers WHERE consumer = N'ops.match_candidates';
EXEC ops.load_match_candidates @run_id = 1;
EXEC test_ops_match_candidates.assert_pairs @expected = N'12 rejected, 15 rejected, 25 pending';

UPDATE silver.customers SET phone = N'+15550000001', batch_id = 9 WHERE customer_id = N'5';
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC test_ops_match_candidates.assert_pairs @expected = N'12 rejected, 15 pending, 25 auto_accepted';
GO
CREATE PROCEDURE test_ops_match_candidates.[test a customer is taken out of its group with all its matches]
AS
EXEC ops.unmerge_customer @source_system = N'shop', @customer_id = N'5';
EXEC test_ops_match_candidates.assert_pairs @expected = N'12 auto_accepted, 15 rejected, 25 rejected';
EXEC test_ops_match_candidates.assert_groups @expected = N'1→1, 2→1';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51055;
EXEC ops.unmerge_customer @source_system = N'shop', @customer_id = N'5';
GO
CREATE PROCEDURE test_ops_match_candidates.[test what is not accepted cannot be unmerged]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51054;
EXEC ops.unmerge_match @candidate_id = 9999;
GO
CREATE PROCEDURE test_ops_match_candidates.[test a group larger than allowed is not made without a person]
AS
EXEC tSQLt.FakeTable @TableName = N'ops.match_settings';
INSERT INTO ops.match_settings (setting_name, value) VALUES (N'largest_cluster', 2);
DELETE FROM ops.batch_consumers WHERE consumer = N'silver.customer_matches';
EXEC silver.load_customer_matches @run_id = 1;
EXEC test_ops_match_candidates.assert_pairs @expected = N'12 pending, 15 pending, 25 pending';
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customer_matches';
GO
CREATE PROCEDURE test_ops_match_candidates.[test names in the wrong order are as alike as in the right one]
AS
CREATE TABLE #scored (
    pair_number int IDENTITY(1, 1) NOT NULL,
    left_source_system nvarchar(20) NOT NULL,
    left_customer_id nvarchar(50) NOT NULL,
    right_source_system nvarchar(20) NOT NULL,
    right_customer_id nvarchar(50) NOT NULL,
    name_score decimal(5, 4) NULL,
    email_score decimal(5, 4) NULL,
    phone_score decimal(5, 4) NULL,
    address_score decimal(5, 4) NULL,
    score decimal(5, 4) NULL,
    status nvarchar(20) NULL
);
INSERT INTO silver.customer_features (source_system, customer_id, given_name, family_name)
VALUES (N'shop', N'6', N'anna', N'berg'), (N'shop', N'7', N'berg', N'anna'), (N'shop', N'8', N'ana', N'berg');
INSERT INTO #scored (left_source_system, left_customer_id, right_source_system, right_customer_id)
VALUES (N'shop', N'6', N'shop', N'7'), (N'shop', N'6', N'shop', N'8');
EXEC ops.check_likeness;
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(scored.name_score, N' ', scored.score, N' ', scored.status), N', ')
        WITHIN GROUP (ORDER BY scored.right_customer_id)
    FROM #scored AS scored
);
EXEC tSQLt.AssertEqualsString @Expected = N'1.0000 0.6154 , 0.9445 0.5812 ', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_match_candidates.[test names that tell two apart leave them to a person]
AS
DELETE FROM ops.match_candidates;
INSERT INTO silver.customers (source_system, customer_id, first_name, last_name, email, phone, batch_id)
VALUES
    (N'shop', N'A', N'Martin', N'Adler', N'a@example.com', N'+15551110001', 9),
    (N'shop', N'B', N'Martina', N'Adler', N'a@example.com', N'+15551110001', 9),
    (N'shop', N'C', N'Marten', N'Adler', N'a@example.com', N'+15551110001', 9),
    (N'shop', N'D', N'Uwe', N'Berg Jr.', N'b@example.com', N'+15551110002', 9),
    (N'shop', N'E', N'Uwe', N'Berg', N'b@example.com', N'+15551110002', 9),
    (N'shop', N'F', N'Martin', N'Celik', NULL, N'1', 9), (N'shop', N'G', N'Martin', N'Dorn', NULL, N'2', 9),
    (N'shop', N'H', N'Martina', N'Eder', NULL, N'3', 9), (N'shop', N'I', N'Martina', N'Frey', NULL, N'4', 9);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 9);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC test_ops_match_candidates.assert_pairs
    @expected = N'AB pending, AC auto_accepted, BC auto_accepted, DE pending';
GO
CREATE PROCEDURE test_ops_match_candidates.[test a customer that vanishes leaves its group and comes back to it]
AS
SELECT customers.* INTO #gone FROM silver.customers AS customers WHERE customers.customer_id = N'2';
DELETE FROM silver.customers WHERE customer_id = N'2';
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (9, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC silver.load_customer_matches @run_id = 1;
EXEC test_ops_match_candidates.assert_groups @expected = N'1→1, 5→1';

UPDATE #gone SET batch_id = 10;
INSERT INTO silver.customers SELECT gone.* FROM #gone AS gone;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (10, N'silver.customers', 1, 1);
EXEC silver.load_customer_features @run_id = 1;
EXEC ops.load_match_candidates @run_id = 1;
EXEC silver.load_customer_matches @run_id = 1;
EXEC test_ops_match_candidates.assert_groups @expected = N'1→1, 2→1, 5→1';
EXEC test_ops_match_candidates.assert_pairs
    @expected = N'12 auto_accepted, 15 auto_accepted, 25 auto_accepted';
GO
CREATE PROCEDURE test_ops_match_candidates.[test every version of a customer points to who stands for it]
AS
INSERT INTO gold.dim_customers (customer_key, source_system, customer_id, is_current)
VALUES (11, N'shop', N'1', 0), (12, N'shop', N'1', 1), (13, N'shop', N'2', 1), (14, N'shop', N'3', 1);
EXEC gold.refresh_master_dim_customers @run_id = 1;
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(dim.customer_key, N'→', dim.master_customer_key), N', ') WITHIN GROUP (ORDER BY dim.customer_key)
    FROM gold.dim_customers AS dim
);
EXEC tSQLt.AssertEqualsString @Expected = N'11→12, 12→12, 13→12, 14→14', @Actual = @actual;

DECLARE @read bigint;
EXEC gold.refresh_master_dim_customers @run_id = 1, @rows_read = @read OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @read;
GO
