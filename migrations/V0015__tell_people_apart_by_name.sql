-- Father and son, Martin and Martina: what names tell apart goes to a person; and names alone make no candidate.

-- jr, sr, ii, iii or iv, as it stood behind the family name.
ALTER TABLE silver.customer_features ADD generation nvarchar(10) NULL;
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_features_given_name ON silver.customer_features (given_name);
GO

INSERT INTO ops.match_settings (setting_name, value, meaning)
VALUES
    (N'known_name_from', 3, N'A given name of so many customers is no typing error for another such name.'),
    (N'least_known', 0.65, N'Where parts of less weight are known on both sides, the score counts as if so much were.');
GO

-- Every customer is folded again, once: letters of other scripts are told in Latin ones now.
DELETE FROM ops.batch_consumers WHERE consumer = N'silver.customer_features';
GO
