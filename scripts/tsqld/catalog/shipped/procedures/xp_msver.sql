CREATE PROCEDURE sys.xp_msver @optname nvarchar(256) = NULL AS
    SELECT CAST(v.number AS smallint) AS [Index], CAST(v.name AS nvarchar(256)) AS Name,
        CAST(v.internal AS int) AS Internal_Value, CAST(v.told AS nvarchar(512)) AS Character_Value
    FROM sys.dm_os_sys_info AS i CROSS JOIN sys.dm_os_host_info AS h
    CROSS APPLY (VALUES (1, N'ProductName', NULL, N'Microsoft SQL Server'),
        (2, N'ProductVersion', 1048576, CAST(SERVERPROPERTY(N'ProductVersion') AS nvarchar(128))),
        (3, N'Language', 1033, N'English (United States)'),
        (4, N'Platform', NULL, N'NT x64'),
        (5, N'Comments', NULL, N'SQL'),
        (6, N'CompanyName', NULL, N'Microsoft Corporation'),
        (7, N'FileDescription', NULL, N'SQL Server Windows NT - 64 Bit'),
        (8, N'FileVersion', NULL, CAST(SERVERPROPERTY(N'ProductVersion') AS nvarchar(128))),
        (9, N'InternalName', NULL, N'SQLSERVR'),
        (10, N'LegalCopyright', NULL, N'Microsoft. All rights reserved.'),
        (11, N'LegalTrademarks', NULL, N'Microsoft SQL Server is a registered trademark of Microsoft Corporation.'),
        (12, N'OriginalFilename', NULL, N'SQLSERVR.EXE'),
        (13, N'PrivateBuild', NULL, NULL),
        (14, N'SpecialBuild', 272957444, NULL),
        (15, N'WindowsVersion', 0, h.host_release),
        (16, N'ProcessorCount', i.cpu_count, CAST(i.cpu_count AS nvarchar(10))),
        (17, N'ProcessorActiveMask', NULL, N'ff'),
        (18, N'ProcessorType', 8664, NULL),
        (19, N'PhysicalMemory', CAST(i.physical_memory_kb / 1024 AS int),
            CONCAT(i.physical_memory_kb / 1024, N' (', i.physical_memory_kb * 1024, N')')),
        (20, N'Product ID', NULL, NULL)) AS v (number, name, internal, told)
    WHERE v.name = ISNULL(@optname, v.name)
    ORDER BY v.number;
