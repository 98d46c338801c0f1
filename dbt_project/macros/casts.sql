{# One macro per kind of text: a cast that fails loudly. try_cast would turn '12,5' into null without a word. #}
{% macro to_number(column) -%} cast({{ column }} as decimal(20, 6)) {%- endmacro %}
{% macro to_integer(column) -%} cast({{ column }} as integer) {%- endmacro %}
{% macro to_date(column) -%} cast({{ column }} as date) {%- endmacro %}
{% macro to_boolean(column) -%} (lower({{ column }}) = 'true') {%- endmacro %}

{# Digits after the decimal point of a recorded number: the printed precision of 60.5 is one digit. #}
{% macro decimals_of(column) -%}
    case when {{ column }} like '%.%' then length(split_part({{ column }}, '.', 2)) else 0 end
{%- endmacro %}

{# A recorded number as text without trailing zeros: 26286, 60.5. #}
{% macro number_text(value) -%}
    regexp_replace(cast(cast({{ value }} as decimal(20, 6)) as string), '[.]?0+$', '')
{%- endmacro %}
