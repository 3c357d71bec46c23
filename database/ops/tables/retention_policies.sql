-- Grain: one thing that is kept for a time: a bronze table, an entity's quarantined records, a table of silver's
-- records, a log, the delivered files. method says how it goes: 'partition', 'standing' (records of silver that nothing
-- is made of any more), 'text' (what was delivered, of an entry that stays), 'rows', 'file' (by the command line).
-- consumers: the tables that must have taken a batch in before it may go, as JSON.
CREATE TABLE ops.retention_policies (
    policy_name nvarchar(300) NOT NULL,
    layer nvarchar(20) NOT NULL,
    method nvarchar(20) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    age_column nvarchar(128) NOT NULL,
    source_system nvarchar(20) NULL,
    entity nvarchar(100) NULL,
    keep_count int NOT NULL,
    keep_unit nvarchar(10) NOT NULL,
    consumers nvarchar(max) NULL,
    deployed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_retention_policies_deployed_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_retention_policies PRIMARY KEY CLUSTERED (policy_name),
    CONSTRAINT CK_ops_retention_policies_method CHECK (
        method IN (N'partition', N'standing', N'text', N'rows', N'file')
    ),
    CONSTRAINT CK_ops_retention_policies_keep_count CHECK (keep_count > 0),
    CONSTRAINT CK_ops_retention_policies_keep_unit CHECK (keep_unit IN (N'day', N'month', N'year'))
);
GO
