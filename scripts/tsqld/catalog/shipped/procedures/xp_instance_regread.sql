CREATE PROCEDURE sys.xp_instance_regread @rootkey nvarchar(128), @key nvarchar(1000), @value_name nvarchar(260),
    @value nvarchar(4000) = NULL OUTPUT, @no_output nvarchar(20) = NULL AS
BEGIN
    SET @value = CASE @value_name WHEN N'LoginMode' THEN N'2'
        WHEN N'DefaultData' THEN CAST(SERVERPROPERTY(N'InstanceDefaultDataPath') AS nvarchar(4000))
        WHEN N'DefaultLog' THEN CAST(SERVERPROPERTY(N'InstanceDefaultLogPath') AS nvarchar(4000))
        WHEN N'BackupDirectory' THEN CAST(SERVERPROPERTY(N'InstanceDefaultBackupPath') AS nvarchar(4000)) END;
END
