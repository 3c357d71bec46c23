CREATE PROCEDURE sys.xp_fixeddrives AS
    SELECT CAST(d.fixed_drive_path AS nvarchar(256)) AS drive, CAST(d.free_space_in_bytes / 1048576 AS int) AS [MB free]
    FROM sys.dm_os_enumerate_fixed_drives AS d;
