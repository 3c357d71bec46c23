/* Tables of all layers. Bronze is text where the source is not to be trusted; silver is typed. */
IF OBJECT_ID(N'etl.load_log', N'U') IS NULL
BEGIN
    CREATE TABLE etl.load_log
    (
        log_id      int IDENTITY(1, 1) NOT NULL CONSTRAINT PK_etl_load_log PRIMARY KEY CLUSTERED,
        step        sysname NOT NULL,
        status      varchar(10) NOT NULL CONSTRAINT DF_etl_load_log_status DEFAULT ('running')
            CONSTRAINT CK_etl_load_log_status CHECK (status IN ('running', 'done', 'failed')),
        started_at  datetime2(3) NOT NULL CONSTRAINT DF_etl_load_log_started DEFAULT (SYSUTCDATETIME()),
        ended_at    datetime2(3) NULL,
        row_count   int NULL,
        error_number int NULL,
        error_text  nvarchar(4000) NULL
    );
END;
GO

CREATE TABLE etl.sources
(
    source_id   int NOT NULL CONSTRAINT PK_etl_sources PRIMARY KEY,
    table_name  sysname NOT NULL CONSTRAINT UQ_etl_sources_table UNIQUE,
    file_name   nvarchar(260) NOT NULL,
    options     nvarchar(1000) NOT NULL,
    is_active   bit NOT NULL DEFAULT (1)
);
INSERT INTO etl.sources (source_id, table_name, file_name, options)
VALUES
    (1, N'bronze.crm_shops', N'crm/shops.csv', N'FIRSTROW = 2, FIELDTERMINATOR = '','', TABLOCK'),
    (2, N'bronze.crm_teas', N'crm/teas.csv', N'FIRSTROW = 2, FIELDTERMINATOR = '','', TABLOCK'),
    (3, N'bronze.erp_order_lines', N'erp/order_lines.csv', N'FIRSTROW = 2, FIELDTERMINATOR = '','', TABLOCK'),
    (4, N'bronze.erp_categories', N'erp/categories.csv',
        N'FORMAT = ''CSV'', FIRSTROW = 2, FIELDTERMINATOR = '';'', FIELDQUOTE = ''"'', ROWTERMINATOR = ''0x0a''');
GO

DROP TABLE IF EXISTS bronze.crm_shops;
CREATE TABLE bronze.crm_shops (shop_id INT, shop_code NVARCHAR(50), shop_name NVARCHAR(50), kind NVARCHAR(50), country NVARCHAR(50), opened_on DATE, modified_on DATE);
GO
IF OBJECT_ID('bronze.crm_teas', 'U') IS NOT NULL
    DROP TABLE bronze.crm_teas;
GO
CREATE TABLE bronze.crm_teas (tea_id INT, tea_code NVARCHAR(50), tea_name NVARCHAR(50), unit_cost DECIMAL(10, 2), family NVARCHAR(50), valid_from DATETIME);
GO
CREATE TABLE bronze.erp_order_lines (order_no NVARCHAR(50), tea_code NVARCHAR(50), shop_id INT, ordered_on INT, shipped_on INT, amount INT, quantity INT, unit_price INT);
CREATE TABLE bronze.erp_categories (category_id NVARCHAR(50), category NVARCHAR(50), sub_category NVARCHAR(50));
GO

CREATE TABLE silver.shops
(
    shop_id int NOT NULL CONSTRAINT PK_silver_shops PRIMARY KEY,
    shop_code nvarchar(50) NOT NULL,
    shop_name nvarchar(50) NOT NULL,
    kind varchar(20) NOT NULL,
    country nvarchar(50) NOT NULL,
    opened_on date NULL,
    loaded_at datetime2 DEFAULT GETDATE()
);
CREATE TABLE silver.teas
(
    tea_id int NOT NULL,
    category_id nvarchar(50) NOT NULL,
    tea_code nvarchar(50) NOT NULL,
    tea_name nvarchar(50) NOT NULL,
    unit_cost decimal(10, 2) NOT NULL,
    family varchar(20) NOT NULL,
    valid_from date NOT NULL,
    valid_to date NULL,
    loaded_at datetime2 DEFAULT GETDATE(),
    CONSTRAINT UQ_silver_teas UNIQUE (tea_code, valid_from),
    CONSTRAINT CK_silver_teas_validity CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE TABLE silver.order_lines
(
    order_no nvarchar(50) NOT NULL,
    tea_code nvarchar(50) NOT NULL,
    shop_id int NOT NULL,
    ordered_on date NULL,
    shipped_on date NULL,
    amount int NULL,
    quantity int NULL,
    unit_price int NULL,
    margin_base AS (ISNULL(amount, 0) - ISNULL(quantity, 0)) PERSISTED,
    loaded_at datetime2 DEFAULT GETDATE()
);
CREATE NONCLUSTERED INDEX IX_silver_order_lines_shop ON silver.order_lines (shop_id) INCLUDE (amount) WITH (FILLFACTOR = 90);
CREATE TABLE silver.categories (category_id nvarchar(50) NOT NULL PRIMARY KEY, category nvarchar(50) NULL, sub_category nvarchar(50) NULL);
GO

CREATE TABLE gold.dim_dates
(
    date_key int NOT NULL CONSTRAINT PK_gold_dim_dates PRIMARY KEY,
    calendar_date date NOT NULL UNIQUE,
    calendar_year smallint NOT NULL,
    quarter_name char(2) NOT NULL,
    month_name varchar(10) NOT NULL,
    day_name varchar(10) NOT NULL,
    iso_week tinyint NOT NULL,
    is_weekend bit NOT NULL,
    month_end date NOT NULL
);
CREATE TABLE gold.dim_teas
(
    tea_key int IDENTITY(1, 1) NOT NULL CONSTRAINT PK_gold_dim_teas PRIMARY KEY,
    tea_code nvarchar(50) NOT NULL,
    tea_name nvarchar(50) NOT NULL,
    category nvarchar(50) NULL,
    unit_cost decimal(10, 2) NOT NULL,
    valid_from datetime2(7) NOT NULL,
    valid_to datetime2(7) NOT NULL CONSTRAINT DF_gold_dim_teas_to DEFAULT ('9999-12-31 23:59:59.9999999'),
    is_current bit NOT NULL CONSTRAINT DF_gold_dim_teas_current DEFAULT (1)
);
CREATE UNIQUE INDEX UX_gold_dim_teas_current ON gold.dim_teas (tea_code) WHERE is_current = 1;
GO
