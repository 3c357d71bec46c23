-- Grain: one pair of customers that may be one person, the smaller of both keys on the left, with its score by part and
-- what was decided. The hashes are those of the customers as they were scored; NULL scores: not known on both sides.
CREATE TABLE ops.match_candidates (
    candidate_id bigint IDENTITY(1, 1) NOT NULL,
    left_source_system nvarchar(20) NOT NULL,
    left_customer_id nvarchar(50) NOT NULL,
    right_source_system nvarchar(20) NOT NULL,
    right_customer_id nvarchar(50) NOT NULL,
    score decimal(5, 4) NOT NULL,
    name_score decimal(5, 4) NOT NULL,
    email_score decimal(5, 4) NULL,
    phone_score decimal(5, 4) NULL,
    address_score decimal(5, 4) NULL,
    left_hash binary(32) NOT NULL,
    right_hash binary(32) NOT NULL,
    status nvarchar(20) NOT NULL,
    proposed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_match_candidates_proposed_at DEFAULT (SYSUTCDATETIME()),
    run_id bigint NOT NULL,
    decided_by nvarchar(128) NULL,
    decided_at datetime2(3) NULL,
    note nvarchar(1000) NULL,
    CONSTRAINT PK_ops_match_candidates PRIMARY KEY CLUSTERED (candidate_id),
    CONSTRAINT UQ_ops_match_candidates UNIQUE NONCLUSTERED (
        left_source_system, left_customer_id, right_source_system, right_customer_id
    ),
    CONSTRAINT FK_ops_match_candidates_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT CK_ops_match_candidates_status CHECK (
        status IN (N'pending', N'auto_accepted', N'accepted', N'rejected', N'withdrawn')
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_match_candidates_right ON ops.match_candidates
    (right_source_system, right_customer_id);
GO
CREATE NONCLUSTERED INDEX IX_ops_match_candidates_status ON ops.match_candidates (status);
GO
