-- How long each layer keeps what, what retention took away, and which customers are the same person.

-- Grain: one thing that is kept for a time: a bronze table, an entity's quarantined records, a table of silver's
-- records, a log, the delivered files. method says how it goes: 'partition', 'standing' (records of silver that nothing
-- is made of any more), 'text' (what was delivered, of an entry that stays), 'rows', 'file' (by the command line).
-- consumers: the tables that must have taken a batch in before it may go, as JSON.
CREATE TABLE ops.retention_policies (
    policy_name nvarchar(300) NOT NULL,
    layer nvarchar(20) NOT NULL,
    method nvarchar(20) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    age_column nvarchar(128) NOT NULL,
    source_system nvarchar(20) NULL,
    entity nvarchar(100) NULL,
    keep_count int NOT NULL,
    keep_unit nvarchar(10) NOT NULL,
    consumers nvarchar(max) NULL,
    deployed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_retention_policies_deployed_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_retention_policies PRIMARY KEY CLUSTERED (policy_name),
    CONSTRAINT CK_ops_retention_policies_method CHECK (
        method IN (N'partition', N'standing', N'text', N'rows', N'file')
    ),
    CONSTRAINT CK_ops_retention_policies_keep_count CHECK (keep_count > 0),
    CONSTRAINT CK_ops_retention_policies_keep_unit CHECK (keep_unit IN (N'day', N'month', N'year'))
);
GO

-- Grain: one time that retention took something away: a partition, or the rows that one policy let go.
CREATE TABLE ops.retention_removals (
    removal_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NULL,
    policy_name nvarchar(300) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    from_at datetime2(3) NULL,
    to_at datetime2(3) NOT NULL,
    rows_removed bigint NOT NULL,
    removed_by nvarchar(128) NOT NULL CONSTRAINT DF_ops_retention_removals_removed_by DEFAULT (SUSER_SNAME()),
    removed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_retention_removals_removed_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_retention_removals PRIMARY KEY CLUSTERED (removal_id),
    CONSTRAINT FK_ops_retention_removals_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO

-- Grain: records of one file that retention took out of a table of silver's records, by the standing they had.
CREATE TABLE ops.removed_records (
    file_id bigint NOT NULL,
    table_name nvarchar(300) NOT NULL,
    standing nvarchar(20) NOT NULL,
    record_count bigint NOT NULL,
    CONSTRAINT PK_ops_removed_records PRIMARY KEY CLUSTERED (file_id, table_name, standing),
    CONSTRAINT FK_ops_removed_records_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id)
);
GO

ALTER TABLE ops.files ADD
    bronze_removed_at datetime2(3) NULL,
    archived_path nvarchar(1000) NULL,
    archived_sha256 varchar(64) NULL,
    archived_at datetime2(3) NULL,
    archive_removed_at datetime2(3) NULL;
GO

INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES
    (N'ops.run_steps', N'ops', N'rows', N'ops.run_steps', N'started_at', 24, N'month'),
    (N'ops.alerts', N'ops', N'rows', N'ops.alerts', N'raised_at', 24, N'month');
GO

-- Grain: one figure by which customers are matched: the weight of a part of the score, a threshold, a limit.
CREATE TABLE ops.match_settings (
    setting_name nvarchar(50) NOT NULL,
    value decimal(9, 4) NOT NULL,
    meaning nvarchar(400) NOT NULL,
    CONSTRAINT PK_ops_match_settings PRIMARY KEY CLUSTERED (setting_name)
);
GO
INSERT INTO ops.match_settings (setting_name, value, meaning)
VALUES
    (N'weight_name', 0.40, N'What the likeness of the names counts.'),
    (N'weight_email', 0.25, N'What the likeness of the e-mail addresses counts, where both are known.'),
    (N'weight_phone', 0.20, N'What the likeness of the telephone numbers counts, where both are known.'),
    (N'weight_address', 0.15, N'What the likeness of the addresses counts, where both are known.'),
    (N'review_from', 0.62, N'A pair that scores at least this is put before a person.'),
    (N'accept_from', 0.80, N'A pair that scores at least this, with names of least_name, is one person at once.'),
    (N'least_name', 0.75, N'Names less alike than this are never taken as one person without a person''s word.'),
    (N'largest_block', 60, N'A block of more customers is not compared but noted in ops.match_capped_blocks.'),
    (N'largest_cluster', 12, N'More customers than this are never joined without a person''s word.');
GO

-- Grain: one customer as it is compared: folded, without accents, punctuation and spelling variants. feature_hash
-- changes when one of these does, and with it what was decided may be asked again.
CREATE TABLE silver.customer_features (
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    given_name nvarchar(100) NULL,
    family_name nvarchar(100) NULL,
    email_text nvarchar(320) NULL,
    phone_text nvarchar(16) NULL,
    street_text nvarchar(200) NULL,
    city_text nvarchar(100) NULL,
    postal_text nvarchar(20) NULL,
    feature_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT PK_silver_customer_features PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_features_batch_id ON silver.customer_features (batch_id);
GO

-- Grain: one block that one customer is in; only customers that share a block are compared.
CREATE TABLE silver.customer_blocks (
    block_kind nvarchar(20) NOT NULL,
    block_value nvarchar(400) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    CONSTRAINT PK_silver_customer_blocks PRIMARY KEY CLUSTERED (block_kind, block_value, source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_blocks_customer ON silver.customer_blocks (source_system, customer_id);
GO

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

-- Grain: one customer that is taken as the same person as others, the survivor of them included, with that survivor:
-- the one registered first. A customer that is not here is nobody else.
CREATE TABLE silver.customer_matches (
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    master_source_system nvarchar(20) NOT NULL,
    master_customer_id nvarchar(50) NOT NULL,
    cluster_size int NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_customer_matches PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_matches_master ON silver.customer_matches
    (master_source_system, master_customer_id);
GO

ALTER TABLE gold.dim_customers ADD master_customer_key int NULL;
GO

INSERT INTO ops.spellings (domain, spelling, standard_value)
VALUES
    (N'given_name', N'alex', N'alexander'),
    (N'given_name', N'al', N'albert'),
    (N'given_name', N'andy', N'andrew'),
    (N'given_name', N'tony', N'anthony'),
    (N'given_name', N'art', N'arthur'),
    (N'given_name', N'barb', N'barbara'),
    (N'given_name', N'ben', N'benjamin'),
    (N'given_name', N'bernie', N'bernard'),
    (N'given_name', N'beth', N'elizabeth'),
    (N'given_name', N'betty', N'elizabeth'),
    (N'given_name', N'bill', N'william'),
    (N'given_name', N'billy', N'william'),
    (N'given_name', N'bob', N'robert'),
    (N'given_name', N'bobby', N'robert'),
    (N'given_name', N'brad', N'bradley'),
    (N'given_name', N'cathy', N'catherine'),
    (N'given_name', N'charlie', N'charles'),
    (N'given_name', N'chuck', N'charles'),
    (N'given_name', N'chris', N'christopher'),
    (N'given_name', N'cindy', N'cynthia'),
    (N'given_name', N'connie', N'constance'),
    (N'given_name', N'dan', N'daniel'),
    (N'given_name', N'danny', N'daniel'),
    (N'given_name', N'dave', N'david'),
    (N'given_name', N'deb', N'deborah'),
    (N'given_name', N'debbie', N'deborah'),
    (N'given_name', N'dick', N'richard'),
    (N'given_name', N'don', N'donald'),
    (N'given_name', N'dot', N'dorothy'),
    (N'given_name', N'doug', N'douglas'),
    (N'given_name', N'ed', N'edward'),
    (N'given_name', N'eddie', N'edward'),
    (N'given_name', N'frank', N'francis'),
    (N'given_name', N'fred', N'frederick'),
    (N'given_name', N'gene', N'eugene'),
    (N'given_name', N'greg', N'gregory'),
    (N'given_name', N'hank', N'henry'),
    (N'given_name', N'harry', N'henry'),
    (N'given_name', N'jack', N'john'),
    (N'given_name', N'jake', N'jacob'),
    (N'given_name', N'jeff', N'jeffrey'),
    (N'given_name', N'jen', N'jennifer'),
    (N'given_name', N'jenny', N'jennifer'),
    (N'given_name', N'jerry', N'gerald'),
    (N'given_name', N'jim', N'james'),
    (N'given_name', N'jimmy', N'james'),
    (N'given_name', N'joe', N'joseph'),
    (N'given_name', N'joey', N'joseph'),
    (N'given_name', N'johnny', N'john'),
    (N'given_name', N'jon', N'jonathan'),
    (N'given_name', N'josh', N'joshua'),
    (N'given_name', N'judy', N'judith'),
    (N'given_name', N'kate', N'catherine'),
    (N'given_name', N'kathy', N'catherine'),
    (N'given_name', N'katie', N'catherine'),
    (N'given_name', N'ken', N'kenneth'),
    (N'given_name', N'larry', N'lawrence'),
    (N'given_name', N'len', N'leonard'),
    (N'given_name', N'liz', N'elizabeth'),
    (N'given_name', N'lou', N'louis'),
    (N'given_name', N'maggie', N'margaret'),
    (N'given_name', N'matt', N'matthew'),
    (N'given_name', N'meg', N'margaret'),
    (N'given_name', N'mike', N'michael'),
    (N'given_name', N'mickey', N'michael'),
    (N'given_name', N'mindy', N'melinda'),
    (N'given_name', N'nate', N'nathaniel'),
    (N'given_name', N'ned', N'edward'),
    (N'given_name', N'nick', N'nicholas'),
    (N'given_name', N'pam', N'pamela'),
    (N'given_name', N'pat', N'patrick'),
    (N'given_name', N'peggy', N'margaret'),
    (N'given_name', N'pete', N'peter'),
    (N'given_name', N'phil', N'philip'),
    (N'given_name', N'ray', N'raymond'),
    (N'given_name', N'rich', N'richard'),
    (N'given_name', N'rick', N'richard'),
    (N'given_name', N'rob', N'robert'),
    (N'given_name', N'ron', N'ronald'),
    (N'given_name', N'sally', N'sarah'),
    (N'given_name', N'sam', N'samuel'),
    (N'given_name', N'sandy', N'sandra'),
    (N'given_name', N'steve', N'steven'),
    (N'given_name', N'stephen', N'steven'),
    (N'given_name', N'sue', N'susan'),
    (N'given_name', N'susie', N'susan'),
    (N'given_name', N'ted', N'theodore'),
    (N'given_name', N'terry', N'terence'),
    (N'given_name', N'tim', N'timothy'),
    (N'given_name', N'tom', N'thomas'),
    (N'given_name', N'tommy', N'thomas'),
    (N'given_name', N'trish', N'patricia'),
    (N'given_name', N'vicky', N'victoria'),
    (N'given_name', N'walt', N'walter'),
    (N'given_name', N'wendy', N'gwendolyn'),
    (N'given_name', N'will', N'william'),
    (N'given_name', N'zach', N'zachary'),
    (N'given_name', N'katherine', N'catherine'),
    (N'given_name', N'kathryn', N'catherine'),
    (N'given_name', N'geoffrey', N'jeffrey'),
    (N'given_name', N'hans', N'johannes'),
    (N'given_name', N'heinz', N'heinrich'),
    (N'given_name', N'fritz', N'friedrich'),
    (N'given_name', N'sepp', N'josef'),
    (N'given_name', N'lotte', N'charlotte'),
    (N'given_name', N'lena', N'helena'),
    (N'given_name', N'toni', N'anton'),
    (N'given_name', N'pepe', N'jose'),
    (N'given_name', N'paco', N'francisco'),
    (N'given_name', N'lola', N'dolores'),
    (N'given_name', N'memo', N'guillermo'),
    (N'given_name', N'sasha', N'alexander'),
    (N'given_name', N'misha', N'michael');
GO
