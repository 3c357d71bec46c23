-- What warehouse migrate has done to this database. Made by the tool itself before the first migration.
-- Re-run: changes nothing.
IF SCHEMA_ID(N'ops') IS NULL
    EXEC (N'CREATE SCHEMA ops;');
GO
IF OBJECT_ID(N'ops.schema_migrations', N'U') IS NULL
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
        CONSTRAINT PK_ops_schema_migrations PRIMARY KEY CLUSTERED (version)
    );
GO
IF OBJECT_ID(N'ops.deployed_objects', N'U') IS NULL
    CREATE TABLE ops.deployed_objects (
        schema_name nvarchar(128) NOT NULL,
        object_name nvarchar(128) NOT NULL,
        object_kind nvarchar(20) NOT NULL,
        file_path nvarchar(400) NOT NULL,
        content_hash binary(32) NOT NULL,
        deployed_at datetime2(3) NOT NULL,
        deployed_by nvarchar(128) NOT NULL,
        host_name nvarchar(128) NULL,
        tool_version nvarchar(40) NOT NULL,
        milliseconds bigint NOT NULL,
        CONSTRAINT PK_ops_deployed_objects PRIMARY KEY CLUSTERED (schema_name, object_name)
    );
GO
