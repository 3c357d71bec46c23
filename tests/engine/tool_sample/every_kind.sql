CREATE SCHEMA shop AUTHORIZATION dbo;
GO
CREATE TYPE shop.code FROM nvarchar(20) NOT NULL;
GO
CREATE TYPE shop.order_lines AS TABLE (line_number int NOT NULL PRIMARY KEY, code shop.code, price decimal(19, 4) NULL CHECK (price > 0));
GO
CREATE SEQUENCE shop.order_numbers AS bigint START WITH 1000 INCREMENT BY 5 MINVALUE 1000 MAXVALUE 9000 CYCLE CACHE 20;
GO
CREATE PARTITION FUNCTION by_month (date) AS RANGE RIGHT FOR VALUES ('2024-01-01', '2024-02-01', '2024-03-01');
GO
CREATE PARTITION SCHEME by_month AS PARTITION by_month ALL TO ([PRIMARY]);
GO
CREATE TABLE shop.customers (
    customer_id int IDENTITY(10, 2) NOT NULL,
    code shop.code,
    name nvarchar(100) NOT NULL,
    email varchar(200) COLLATE Latin1_General_BIN2 NULL,
    balance money NOT NULL CONSTRAINT DF_customers_balance DEFAULT (0),
    limits decimal(19, 4) NULL,
    share float NULL,
    ratio real NULL,
    born date NULL,
    wakes time(3) NULL,
    created_at datetime2(3) NOT NULL CONSTRAINT DF_customers_created DEFAULT (SYSUTCDATETIME()),
    old_at datetime NULL,
    small_at smalldatetime NULL,
    zone_at datetimeoffset(2) NULL,
    token uniqueidentifier ROWGUIDCOL NOT NULL CONSTRAINT DF_customers_token DEFAULT (NEWID()),
    picture varbinary(max) NULL,
    hash binary(32) NULL,
    notes nvarchar(max) NULL,
    flag bit NOT NULL CONSTRAINT DF_customers_flag DEFAULT (1),
    tiny tinyint NULL,
    small smallint NULL,
    big bigint NULL,
    extra sql_variant NULL,
    document xml NULL,
    padded char(5) NULL,
    wide nchar(5) NULL,
    version rowversion NOT NULL,
    full_name AS (name + N' ' + code) PERSISTED,
    CONSTRAINT PK_customers PRIMARY KEY CLUSTERED (customer_id),
    CONSTRAINT UQ_customers_code UNIQUE NONCLUSTERED (code),
    CONSTRAINT CK_customers_limits CHECK (limits >= 0 AND limits < 1000000)
);
GO
CREATE TABLE shop.orders (
    order_id bigint NOT NULL CONSTRAINT DF_orders_id DEFAULT (NEXT VALUE FOR shop.order_numbers),
    customer_id int NOT NULL,
    order_date date NOT NULL,
    amount decimal(19, 4) NOT NULL,
    CONSTRAINT PK_orders PRIMARY KEY NONCLUSTERED (order_id, order_date) ON by_month (order_date),
    CONSTRAINT FK_orders_customers FOREIGN KEY (customer_id) REFERENCES shop.customers (customer_id) ON DELETE CASCADE,
    CONSTRAINT CK_orders_amount CHECK (amount <> 0)
) ON by_month (order_date);
GO
CREATE INDEX IX_orders_customer ON shop.orders (customer_id, order_date DESC) INCLUDE (amount) WHERE amount > 0 WITH (FILLFACTOR = 80);
GO
CREATE TABLE shop.history (
    day date NOT NULL,
    amount decimal(19, 4) NULL,
    INDEX CCI_history CLUSTERED COLUMNSTORE
);
GO
CREATE NONCLUSTERED COLUMNSTORE INDEX NCCI_customers ON shop.customers (customer_id, balance);
GO
CREATE TABLE shop.heap (a int NULL, b varchar(10) NULL);
GO
CREATE STATISTICS ST_heap ON shop.heap (a, b);
GO
CREATE VIEW shop.big_orders WITH SCHEMABINDING AS
SELECT o.order_id, o.customer_id, o.amount FROM shop.orders AS o WHERE o.amount > 100;
GO
CREATE VIEW shop.names AS SELECT c.name AS customer_name, COUNT(*) AS orders FROM shop.customers AS c JOIN shop.orders AS o ON o.customer_id = c.customer_id GROUP BY c.name;
GO
CREATE FUNCTION shop.twice (@x int = 1) RETURNS int AS BEGIN RETURN @x * 2; END;
GO
CREATE FUNCTION shop.orders_of (@customer_id int) RETURNS TABLE AS RETURN SELECT o.order_id, o.amount FROM shop.orders AS o WHERE o.customer_id = @customer_id;
GO
CREATE FUNCTION shop.numbers (@n int) RETURNS @t TABLE (n int NOT NULL PRIMARY KEY) AS BEGIN DECLARE @i int = 1; WHILE @i <= @n BEGIN INSERT @t VALUES (@i); SET @i += 1; END; RETURN; END;
GO
CREATE PROCEDURE shop.add_customer @code shop.code, @name nvarchar(100), @lines shop.order_lines READONLY, @customer_id int = NULL OUTPUT AS
BEGIN
    SET NOCOUNT ON;
    INSERT shop.customers (code, name) VALUES (@code, @name);
    SET @customer_id = SCOPE_IDENTITY();
END;
GO
CREATE TRIGGER shop.orders_touched ON shop.orders AFTER INSERT, UPDATE AS SET NOCOUNT ON;
GO
CREATE SYNONYM shop.clients FOR shop.customers;
GO
CREATE ROLE sellers;
GO
CREATE USER vera WITHOUT LOGIN WITH DEFAULT_SCHEMA = shop;
GO
ALTER ROLE sellers ADD MEMBER vera;
GO
GRANT SELECT ON SCHEMA::shop TO sellers;
GO
GRANT EXECUTE ON shop.add_customer TO sellers;
GO
DENY DELETE ON shop.orders TO sellers;
GO
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'Who buys', @level0type = N'SCHEMA', @level0name = N'shop', @level1type = N'TABLE', @level1name = N'customers';
GO
EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'Their name', @level0type = N'SCHEMA', @level0name = N'shop', @level1type = N'TABLE', @level1name = N'customers', @level2type = N'COLUMN', @level2name = N'name';
GO
INSERT shop.customers (code, name) VALUES (N'a', N'Ada'), (N'b', N'Bob');
GO
INSERT shop.orders (customer_id, order_date, amount) VALUES (10, '2024-01-05', 5), (12, '2024-02-05', 500);
GO
