-- Where the months lie: all in the default filegroup.
CREATE PARTITION SCHEME PS_gold_months AS PARTITION PF_gold_months ALL TO ([PRIMARY]);
GO
