-- Grain: one calendar date; whole years, without gaps. Weeks are ISO weeks, Monday is day 1. date_key -1: unknown.
CREATE TABLE gold.dim_dates (
    date_key int NOT NULL,
    calendar_date date NOT NULL,
    calendar_year smallint NOT NULL,
    calendar_quarter tinyint NOT NULL,
    calendar_month tinyint NOT NULL,
    month_name nvarchar(10) NOT NULL,
    year_month nchar(7) NOT NULL,
    day_of_month tinyint NOT NULL,
    day_of_week tinyint NOT NULL,
    day_name nvarchar(10) NOT NULL,
    iso_week tinyint NOT NULL,
    is_weekend bit NOT NULL,
    CONSTRAINT PK_gold_dim_dates PRIMARY KEY CLUSTERED (date_key),
    CONSTRAINT UQ_gold_dim_dates UNIQUE NONCLUSTERED (calendar_date)
);
GO
