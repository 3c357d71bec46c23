-- Grain: one figure by which customers are matched: the weight of a part of the score, a threshold, a limit.
CREATE TABLE ops.match_settings (
    setting_name nvarchar(50) NOT NULL,
    value decimal(9, 4) NOT NULL,
    meaning nvarchar(400) NOT NULL,
    CONSTRAINT PK_ops_match_settings PRIMARY KEY CLUSTERED (setting_name)
);
GO
