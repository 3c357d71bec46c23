-- Grain: one spelling of a standard value, in the domain it belongs to. The standard values stand here as well.
CREATE TABLE ops.spellings (
    domain nvarchar(20) NOT NULL,
    spelling nvarchar(50) NOT NULL,
    standard_value nvarchar(20) NOT NULL,
    CONSTRAINT PK_ops_spellings PRIMARY KEY CLUSTERED (domain, spelling)
);
GO
