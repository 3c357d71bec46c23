-- Grain: one rule of one data contract, as the views ops.quality_rules_of_… hold it; ops.apply_quality_rules keeps
-- them the same. reads: what is looked at under the name checked, only its rows in #scope where scope_column says so.
-- violation: the condition of a failing row; measure: the figure instead, for rules that no single row breaks.
CREATE TABLE ops.quality_rules (
    rule_name nvarchar(200) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    entity nvarchar(100) NOT NULL,
    severity nvarchar(10) NOT NULL,
    kind nvarchar(20) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    reads nvarchar(max) NOT NULL,
    scope_column nvarchar(20) NULL,
    row_filter nvarchar(max) NULL,
    violation nvarchar(max) NULL,
    measure nvarchar(max) NULL,
    key_columns nvarchar(1000) NULL,
    operator nvarchar(30) NOT NULL,
    threshold_low decimal(19, 4) NOT NULL,
    threshold_high decimal(19, 4) NULL,
    unit nvarchar(20) NOT NULL,
    description nvarchar(1000) NOT NULL,
    view_name nvarchar(300) NOT NULL,
    deployed_at datetime2(3) NOT NULL,
    CONSTRAINT PK_ops_quality_rules PRIMARY KEY CLUSTERED (rule_name),
    CONSTRAINT CK_ops_quality_rules_severity CHECK (severity IN (N'warn', N'quarantine', N'fail')),
    CONSTRAINT CK_ops_quality_rules_operator CHECK (
        operator IN (
            N'mustBe',
            N'mustNotBe',
            N'mustBeGreaterThan',
            N'mustBeGreaterOrEqualTo',
            N'mustBeLessThan',
            N'mustBeLessOrEqualTo',
            N'mustBeBetween',
            N'mustNotBeBetween'
        )
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_quality_rules_table_name ON ops.quality_rules (table_name, severity);
GO
