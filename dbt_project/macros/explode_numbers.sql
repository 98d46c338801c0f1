{# One row per whole number from 1 to n. #}
{% macro explode_numbers(n) -%} {{ return(adapter.dispatch('explode_numbers', 'parvn')(n)) }} {%- endmacro %}
{% macro default__explode_numbers(n) -%} cast(unnest(generate_series(1, {{ n }})) as integer) {%- endmacro %}
{% macro spark__explode_numbers(n) -%} explode(sequence(1, cast({{ n }} as integer))) {%- endmacro %}
