-- ops.apply_quality_rules: takes the deployed rules of the contracts into ops.quality_rules.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_apply_quality_rules';
GO
CREATE PROCEDURE test_ops_apply_quality_rules.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
GO
CREATE PROCEDURE test_ops_apply_quality_rules.[test every rule of every view is taken up, and no other stays]
AS
INSERT INTO ops.quality_rules (rule_name, view_name) VALUES (N'gone.rule', N'quality_rules_of_gone');
EXEC ops.apply_quality_rules;

SELECT
    rules.rule_name,
    rules.severity
INTO #actual
FROM ops.quality_rules AS rules
WHERE rules.view_name IN (N'quality_rules_of_shop_orders', N'quality_rules_of_gone');

SELECT
    rules.rule_name,
    rules.severity
INTO #expected
FROM ops.quality_rules_of_shop_orders AS rules;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_apply_quality_rules.[test while no view has changed nothing is written]
AS
EXEC ops.apply_quality_rules;
UPDATE ops.quality_rules SET description = N'as it was';
EXEC ops.apply_quality_rules;

DECLARE @rewritten int = (
    SELECT COUNT(*) FROM ops.quality_rules AS rules WHERE rules.description <> N'as it was'
);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @rewritten;
GO
