{# Schemas are called bronze, silver and gold, without the profile's in front. #}
{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}{% endmacro %}

{# SHA-256 over the values, NULL marked, as the warehouse hashes a row. #}
{% macro row_hash(columns) %}unhex(sha256(concat_ws(chr(31), {% for column in columns %}coalesce({{ column }}::varchar, chr(30)){{ ", " if not loop.last }}{% endfor %}))){% endmacro %}

{# A delivered file as text, each row with where it stood. #}
{% macro delivered(entity, columns) %}
SELECT
    row_number() OVER () + 1 AS line_number,
    '{{ entity }}.csv' AS file_name,
    now()::timestamp AS loaded_at,
    {% for column in columns %}{{ column }}, {% endfor %}
    {{ row_hash(columns) }} AS row_hash
FROM read_csv('{{ var("landing") }}/journey/{{ entity }}/{{ entity }}.csv', all_varchar = true, header = true)
{% endmacro %}
