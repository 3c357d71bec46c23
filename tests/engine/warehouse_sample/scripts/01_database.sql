/* Makes the database again from nothing, with a schema for each layer. */
USE master;
GO

IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'$(Database)')
BEGIN
    ALTER DATABASE [$(Database)] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
    DROP DATABASE [$(Database)];
END;
GO

CREATE DATABASE [$(Database)];
GO

USE [$(Database)];
GO

CREATE SCHEMA etl AUTHORIZATION dbo;
GO
CREATE SCHEMA bronze AUTHORIZATION dbo;
GO
CREATE SCHEMA silver AUTHORIZATION dbo;
GO
CREATE SCHEMA gold AUTHORIZATION dbo;
GO
