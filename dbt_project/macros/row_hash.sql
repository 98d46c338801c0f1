{# One hash over the text of several columns; a null and an empty cell differ. #}
{% macro row_hash(columns) -%}
    md5(concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as string), '~'){{ ", " if not loop.last }}{% endfor %}))
{%- endmacro %}
