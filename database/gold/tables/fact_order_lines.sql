-- Grain: one order line (silver.order_lines.order_line_key). Partitioned by the month of order_date.
CREATE TABLE gold.fact_order_lines (
    order_line_key bigint NOT NULL,
    order_date date NOT NULL,
    order_date_key int NOT NULL,
    customer_key int NOT NULL,
    product_key int NOT NULL,
    store_key int NOT NULL,
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT PK_gold_fact_order_lines PRIMARY KEY NONCLUSTERED (order_line_key, order_date),
    CONSTRAINT FK_gold_fact_order_lines_dim_dates FOREIGN KEY (order_date_key)
        REFERENCES gold.dim_dates (date_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_customers FOREIGN KEY (customer_key)
        REFERENCES gold.dim_customers (customer_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_products FOREIGN KEY (product_key)
        REFERENCES gold.dim_products (product_key),
    CONSTRAINT FK_gold_fact_order_lines_dim_stores FOREIGN KEY (store_key)
        REFERENCES gold.dim_stores (store_key)
) ON PS_gold_months (order_date);
GO
CREATE CLUSTERED COLUMNSTORE INDEX IX_gold_fact_order_lines ON gold.fact_order_lines ON PS_gold_months (order_date);
GO
