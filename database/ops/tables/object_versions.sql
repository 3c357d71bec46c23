-- Grain: one text that an object of database/ has had: deployed, restored by undo, or found changed by hand; a drop has
-- none. The last one of an object is in force. Made by warehouse migrate itself.
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
GO
CREATE NONCLUSTERED INDEX IX_ops_object_versions_object_name
    ON ops.object_versions (schema_name, object_name, version_id) INCLUDE (outcome, content_hash);
GO
