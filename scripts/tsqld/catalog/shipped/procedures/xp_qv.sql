CREATE PROCEDURE sys.xp_qv @feature nvarchar(128) = NULL, @instance nvarchar(256) = NULL AS
    RETURN 2;
