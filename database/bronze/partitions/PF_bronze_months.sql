-- One partition for each month in which files were loaded; the first also holds what is older, the last what is newer.
-- The window slides: ops.maintain_partitions splits months off ahead, ops.apply_retention merges emptied ones away.
CREATE PARTITION FUNCTION PF_bronze_months (datetime2(3)) AS RANGE RIGHT FOR VALUES (
    '20240101', '20240201', '20240301', '20240401', '20240501', '20240601',
    '20240701', '20240801', '20240901', '20241001', '20241101', '20241201',
    '20250101', '20250201', '20250301', '20250401', '20250501', '20250601',
    '20250701', '20250801', '20250901', '20251001', '20251101', '20251201',
    '20260101', '20260201', '20260301', '20260401', '20260501', '20260601',
    '20260701', '20260801', '20260901', '20261001', '20261101', '20261201',
    '20270101', '20270201', '20270301', '20270401', '20270501', '20270601',
    '20270701', '20270801', '20270901', '20271001', '20271101', '20271201'
);
GO
