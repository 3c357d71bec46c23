-- What bronze's tables and columns hold, by their contracts: where Management Studio and Power BI look for it.

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who lives in a household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Age band of the head of the household.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'age';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Income band.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'income';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Owner or renter, certain or probable.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'home_ownership';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Married or Unmarried.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'marital_status';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of people; 5+ for more.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_size';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Adults and whether there are children.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'household_comp';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of children; 3+ for more.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_demographics',
    @level2type = N'COLUMN', @level2name = N'kids_count';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the products are.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who makes it.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'manufacturer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Coarsest grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'department';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'National or Private.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'brand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Middle grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_category';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Finest grouping.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'product_type';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Size as printed; free text.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_products',
    @level2type = N'COLUMN', @level2name = N'package_size';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What each basket of a household held.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The household that bought.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'household_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The store.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'store_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The shopping trip.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'basket_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product bought.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units, or for fuel and some weighed goods finer units.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the retailer received.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'sales_value';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by the retailer''s loyalty card.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'retail_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by a manufacturer''s coupon.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'coupon_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Discount by the retailer''s match of a coupon.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'coupon_match_disc';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Week of the study; 1 to 53.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'week';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When the basket was paid for (yyyy-mm-dd hh:mm:ss).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'journey_transactions',
    @level2type = N'COLUMN', @level2name = N'transaction_timestamp';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who the customers are; a change comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The customer.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'customer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Where the shop writes to.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'email';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Given name.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'first_name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Family name.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'last_name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'In international form.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'phone';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Street and number; may hold line breaks.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'street';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Town.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'city';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Post code.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'postal_code';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'ISO 3166-1 code of two letters.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'country';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When the customer registered (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'registered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_customers',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What a unit of a currency is worth in USD, the reporting currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The currency (ISO 4217).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'rate_date';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'USD for one unit.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'rate';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'A restated rate has a later one (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_fx_rates',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'How much of a product a warehouse holds at the end of a day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The warehouse.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'warehouse';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'stock_date';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units at the end of the day.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'on_hand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_inventory',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What each order holds.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Number of the line in the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'line_no';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Price of a unit in the order''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'unit_price';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'For the whole line; imputed as 0 when missing.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'discount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_order_items',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What was ordered; a new status comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who ordered.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'customer_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was ordered (UTC); its date is the date of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'ordered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'created, paid, shipped, delivered, cancelled or returned.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'status';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Currency of the total and of the lines (ISO 4217).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'web, app or store.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'channel';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Where it goes to; imputed from the customer when missing.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'ship_country';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was shipped (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'shipped_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was delivered (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'delivered_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'How many lines it has.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'line_count';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Sum over its lines of quantity × unit_price − discount.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'order_total';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_orders',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What was paid for which order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The payment.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'payment_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it was paid (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'paid_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'card, paypal, transfer or gift_card.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'method';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Amount in the payment''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'amount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'That of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'currency';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_payments',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the shop sells; a change comes as a new version.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The product.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'product_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What it is called.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'name';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What kind of product it is.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'category';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Who makes it.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'brand';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'List price in USD.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'unit_price';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'False once it is no longer sold.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'is_active';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'First day on sale.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'introduced_on';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_products',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO

EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What came back of which line.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The return.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'return_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'order_id';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'The line of the order.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'line_no';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When it came back (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'returned_at';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Units that came back.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'quantity';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'Refund in the order''s currency.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'refund_amount';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'What the customer says; may hold line breaks.',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'comment';
GO
EXEC sys.sp_addextendedproperty
    @name = N'MS_Description',
    @value = N'When this version came to be (UTC).',
    @level0type = N'SCHEMA', @level0name = N'bronze',
    @level1type = N'TABLE', @level1name = N'shop_returns',
    @level2type = N'COLUMN', @level2name = N'updated_at';
GO
