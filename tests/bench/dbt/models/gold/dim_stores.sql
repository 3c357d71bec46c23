SELECT row_number() OVER () AS store_key, source_system, store_id, 'Store ' || store_id AS store_name
FROM (SELECT DISTINCT source_system, store_id FROM {{ ref("orders") }})
