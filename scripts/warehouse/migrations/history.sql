-- What warehouse migrate has done to this database. Made by the tool itself before the first migration, and described
-- in database/ops/tables. Re-run: changes nothing; a history of an earlier version is brought up to date.
IF SCHEMA_ID(N'ops') IS NULL
    EXEC (N'CREATE SCHEMA ops AUTHORIZATION dbo;');
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
        git_commit nvarchar(60) NULL,
        environment nvarchar(60) NULL,
        is_baseline bit NOT NULL CONSTRAINT DF_ops_schema_migrations_is_baseline DEFAULT (0),
        text_hash binary(32) NULL,
        CONSTRAINT PK_ops_schema_migrations PRIMARY KEY CLUSTERED (version)
    );
GO
IF COL_LENGTH(N'ops.schema_migrations', N'is_baseline') IS NULL
    ALTER TABLE ops.schema_migrations ADD
        git_commit nvarchar(60) NULL,
        environment nvarchar(60) NULL,
        is_baseline bit NOT NULL CONSTRAINT DF_ops_schema_migrations_is_baseline DEFAULT (0),
        text_hash binary(32) NULL;
GO
IF OBJECT_ID(N'ops.object_versions', N'U') IS NULL
BEGIN
    CREATE TABLE ops.object_versions (
        version_id bigint IDENTITY(1, 1) NOT NULL,
        schema_name nvarchar(128) NOT NULL,
        object_name nvarchar(128) NOT NULL,
        object_kind nvarchar(30) NOT NULL,
        outcome nvarchar(20) NOT NULL,
        file_path nvarchar(400) NULL,
        object_text nvarchar(max) NULL,
        content_hash binary(32) NOT NULL,
        deployed_at datetime2(3) NOT NULL,
        deployed_by nvarchar(128) NOT NULL,
        host_name nvarchar(128) NULL,
        tool_version nvarchar(40) NOT NULL,
        git_commit nvarchar(60) NULL,
        environment nvarchar(60) NULL,
        milliseconds bigint NOT NULL,
        text_hash binary(32) NULL,
        CONSTRAINT PK_ops_object_versions PRIMARY KEY CLUSTERED (version_id),
        CONSTRAINT CK_ops_object_versions_outcome CHECK (
            outcome IN (N'deployed', N'restored', N'dropped', N'changed by hand')
        )
    );
    CREATE NONCLUSTERED INDEX IX_ops_object_versions_object_name
        ON ops.object_versions (schema_name, object_name, version_id) INCLUDE (outcome, content_hash);
END;
GO
IF OBJECT_ID(N'ops.deployed_objects', N'U') IS NOT NULL
BEGIN
    BEGIN TRANSACTION;
    INSERT INTO ops.object_versions (
        schema_name, object_name, object_kind, outcome, file_path, object_text, content_hash, deployed_at, deployed_by,
        host_name, tool_version, milliseconds
    )
    SELECT
        deployed.schema_name,
        deployed.object_name,
        deployed.object_kind,
        N'deployed',
        deployed.file_path,
        modules.[definition],
        deployed.content_hash,
        deployed.deployed_at,
        deployed.deployed_by,
        deployed.host_name,
        deployed.tool_version,
        deployed.milliseconds
    FROM ops.deployed_objects AS deployed
    LEFT JOIN sys.sql_modules AS modules
        ON modules.object_id
            = OBJECT_ID(CONCAT(QUOTENAME(deployed.schema_name), N'.', QUOTENAME(deployed.object_name)));
    DROP TABLE ops.deployed_objects;
    COMMIT TRANSACTION;
END;
GO
IF OBJECT_ID(N'ops.migration_runs', N'U') IS NULL
    CREATE TABLE ops.migration_runs (
        run_id bigint IDENTITY(1, 1) NOT NULL,
        command nvarchar(20) NOT NULL,
        status nvarchar(20) NOT NULL,
        started_at datetime2(3) NOT NULL,
        finished_at datetime2(3) NULL,
        started_by nvarchar(128) NOT NULL,
        host_name nvarchar(128) NULL,
        tool_version nvarchar(40) NOT NULL,
        git_commit nvarchar(60) NULL,
        environment nvarchar(60) NULL,
        summary nvarchar(4000) NULL,
        failed_file nvarchar(400) NULL,
        failed_line int NULL,
        failed_statement nvarchar(max) NULL,
        error_number int NULL,
        error_message nvarchar(4000) NULL,
        is_shape_recorded bit NOT NULL,
        CONSTRAINT PK_ops_migration_runs PRIMARY KEY CLUSTERED (run_id),
        CONSTRAINT CK_ops_migration_runs_status CHECK (
            status IN (N'running', N'succeeded', N'failed', N'abandoned')
        )
    );
GO
IF OBJECT_ID(N'ops.shape_facts', N'U') IS NULL
BEGIN
    CREATE TABLE ops.shape_facts (
        schema_name nvarchar(128) NOT NULL,
        object_name nvarchar(128) NOT NULL,
        object_kind nvarchar(30) NOT NULL,
        fact nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL
    );
    CREATE CLUSTERED INDEX IX_ops_shape_facts_object_name ON ops.shape_facts (schema_name, object_name);
END;
GO
IF OBJECT_ID(N'ops.shape_drift', N'U') IS NULL
BEGIN
    CREATE TABLE ops.shape_drift (
        schema_name nvarchar(128) NOT NULL,
        object_name nvarchar(128) NOT NULL,
        object_kind nvarchar(30) NOT NULL,
        fact nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL
    );
    CREATE CLUSTERED INDEX IX_ops_shape_drift_object_name ON ops.shape_drift (schema_name, object_name);
END;
GO
