{{ delivered("demographics", ["household_id", "age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count"]) }}
