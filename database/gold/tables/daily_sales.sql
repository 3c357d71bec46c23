-- Grain: one store on one day on which it sold something. An order is of one store, so order_count adds up over
-- stores.
CREATE TABLE gold.daily_sales (
    order_date date NOT NULL,
    order_date_key int NOT NULL,
    store_key int NOT NULL,
    order_count int NOT NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT PK_gold_daily_sales PRIMARY KEY CLUSTERED (order_date, store_key),
    CONSTRAINT FK_gold_daily_sales_dim_dates FOREIGN KEY (order_date_key) REFERENCES gold.dim_dates (date_key),
    CONSTRAINT FK_gold_daily_sales_dim_stores FOREIGN KEY (store_key) REFERENCES gold.dim_stores (store_key)
);
GO
