-- Where the months of bronze lie: all in the default filegroup.
CREATE PARTITION SCHEME PS_bronze_months AS PARTITION PF_bronze_months ALL TO ([PRIMARY]);
GO
