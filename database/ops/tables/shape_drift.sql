-- Grain: one fact of one object that had been changed by hand when the last migration began; fact 'absent' where it was
-- gone. Made by warehouse migrate itself.
CREATE TABLE ops.shape_drift (
    schema_name nvarchar(128) NOT NULL,
    object_name nvarchar(128) NOT NULL,
    object_kind nvarchar(30) NOT NULL,
    fact nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL
);
GO
CREATE CLUSTERED INDEX IX_ops_shape_drift_object_name ON ops.shape_drift (schema_name, object_name);
GO
