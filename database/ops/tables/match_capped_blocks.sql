-- Grain: one block that was too large to be compared when it was last looked at.
CREATE TABLE ops.match_capped_blocks (
    block_kind nvarchar(20) NOT NULL,
    block_value nvarchar(400) NOT NULL,
    member_count int NOT NULL,
    run_id bigint NOT NULL,
    noted_at datetime2(3) NOT NULL CONSTRAINT DF_ops_match_capped_blocks_noted_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_match_capped_blocks PRIMARY KEY CLUSTERED (block_kind, block_value),
    CONSTRAINT FK_ops_match_capped_blocks_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO
