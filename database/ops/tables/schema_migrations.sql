-- Grain: one versioned script of migrations/ that is in force. Made by warehouse migrate itself.
CREATE TABLE ops.schema_migrations (
    version int NOT NULL,
    script_name nvarchar(200) NOT NULL,
    file_path nvarchar(400) NOT NULL,
    content_hash binary(32) NOT NULL,
    applied_at datetime2(3) NOT NULL,
    applied_by nvarchar(128) NOT NULL,
    host_name nvarchar(128) NULL,
    tool_version nvarchar(40) NOT NULL,
    milliseconds bigint NOT NULL,
    git_commit nvarchar(60) NULL,
    environment nvarchar(60) NULL,
    is_baseline bit NOT NULL CONSTRAINT DF_ops_schema_migrations_is_baseline DEFAULT (0),
    text_hash binary(32) NULL,
    CONSTRAINT PK_ops_schema_migrations PRIMARY KEY CLUSTERED (version)
);
GO
