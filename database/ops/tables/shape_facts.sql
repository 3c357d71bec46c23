-- Grain: one fact of one object (a column, index, constraint, permission, text) as the last migration left it; what the
-- database has beside that is drift. Made by warehouse migrate itself.
CREATE TABLE ops.shape_facts (
    schema_name nvarchar(128) NOT NULL,
    object_name nvarchar(128) NOT NULL,
    object_kind nvarchar(30) NOT NULL,
    fact nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL
);
GO
CREATE CLUSTERED INDEX IX_ops_shape_facts_object_name ON ops.shape_facts (schema_name, object_name);
GO
