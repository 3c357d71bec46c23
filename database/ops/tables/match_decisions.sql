-- Grain: one change of what is held of a pair: who, when, why, and the score at that time.
CREATE TABLE ops.match_decisions (
    decision_id bigint IDENTITY(1, 1) NOT NULL,
    candidate_id bigint NOT NULL,
    status nvarchar(20) NOT NULL,
    score decimal(5, 4) NOT NULL,
    decided_by nvarchar(128) NOT NULL,
    decided_at datetime2(3) NOT NULL CONSTRAINT DF_ops_match_decisions_decided_at DEFAULT (SYSUTCDATETIME()),
    note nvarchar(1000) NULL,
    CONSTRAINT PK_ops_match_decisions PRIMARY KEY CLUSTERED (decision_id),
    CONSTRAINT FK_ops_match_decisions_match_candidates FOREIGN KEY (candidate_id)
        REFERENCES ops.match_candidates (candidate_id)
);
GO
CREATE NONCLUSTERED INDEX IX_ops_match_decisions_candidate_id ON ops.match_decisions (candidate_id, decision_id);
GO
