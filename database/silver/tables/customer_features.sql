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
    generation nvarchar(10) NULL,
    CONSTRAINT PK_silver_customer_features PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_features_batch_id ON silver.customer_features (batch_id);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_features_given_name ON silver.customer_features (given_name);
GO
